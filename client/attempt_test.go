package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

func TestLoginAnswerMayHaveOneMiB(t *testing.T) {
	for size, fits := range map[int]bool{1 << 20: true, 1<<20 + 1: false} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, ownLogin(func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
					req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/login", nil)
					if err != nil {
						return client.Token{}, err
					}
					answer, err := loginkit.Attempt{Service: "own"}.Read(hc.Do(req))
					if err != nil {
						return client.Token{}, err
					}
					return answer.Token(client.TokenResponse{Value: "token"})
				}), client.WithTransport(newServer(response{status: http.StatusOK, body: strings.Repeat(" ", size)})))
				_, err := c.Token(t.Context())
				if fits != (err == nil) || err != nil && !strings.Contains(err.Error(), "larger than 1 MiB") {
					t.Errorf("%v; want it read: %t", err, fits)
				}
			})
		})
	}
}

// What a service repeats of the secret is taken out, wherever it does.
func TestFailHoldsNoSecret(t *testing.T) {
	answer, err := loginkit.Attempt{Service: "own", Secret: ownSecret}.Read(&http.Response{
		StatusCode: http.StatusBadRequest,
		Body:       io.NopCloser(strings.NewReader(fmt.Sprintf(`{"code":"not %[1]s","message":"you sent %[1]s"}`, ownSecret))),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := answer.Failure(client.ErrInvalidCredentials)
	if failed.Code != "not [redacted]" || failed.Message != "you sent [redacted]" {
		t.Errorf("code %q, message %q; want the secret redacted", failed.Code, failed.Message)
	}
}

// A login's URL may hold a key, and says nothing that the service's name does not.
func TestNetworkErrorHoldsNoURL(t *testing.T) {
	broken := errors.New("connection reset")
	_, err := loginkit.Attempt{Service: "own"}.Read(nil, &url.Error{Op: "Post", URL: "https://own.example/login?key=1", Err: broken})
	wantErr(t, err, client.ErrUnavailable)
	wantErr(t, err, broken)
	if strings.Contains(err.Error(), "own.example") {
		t.Errorf("%v; want no URL", err)
	}
}
