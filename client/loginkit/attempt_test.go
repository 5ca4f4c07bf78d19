package loginkit_test

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

// login is a Login that hands an answer on to the test.
type login struct {
	secret client.Secret
	read   func(*loginkit.Answer) (client.Token, error)
}

func (login) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"}, nil
}

func (l login) Secret(ctx context.Context) (string, error) { return l.secret(ctx) }

func (l login) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/login", nil)
	if err != nil {
		return client.Token{}, err
	}
	answer, err := loginkit.Attempt{Service: "own", Secret: secret}.Read(hc.Do(req))
	if err != nil {
		return client.Token{}, err
	}
	return l.read(answer)
}

// respond answers every request in the same way.
type respond struct {
	status int
	body   string
}

func (r respond) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := response(r.status, r.body)
	resp.Request = req
	return resp, nil
}

func response(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func TestT5AnswerMayHaveOneMiB(t *testing.T) {
	for size, fits := range map[int]bool{1 << 20: true, 1<<20 + 1: false} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				own := login{client.Static("secret"), func(answer *loginkit.Answer) (client.Token, error) {
					return answer.Token(client.TokenResponse{Value: "token"})
				}}
				c, err := client.New(own, client.WithTransport(respond{http.StatusOK, strings.Repeat(" ", size)}))
				if err != nil {
					t.Fatal(err)
				}
				_, err = c.Token(t.Context())
				if fits != (err == nil) || err != nil && !strings.Contains(err.Error(), "larger than 1 MiB") {
					t.Errorf("%v; want it read: %t", err, fits)
				}
			})
		})
	}
}

// A login's URL may hold a key, and tells nothing that the service's name does not.
func TestT6NetworkErrorHoldsNoURL(t *testing.T) {
	broken := errors.New("connection reset")
	_, err := loginkit.Attempt{Service: "own"}.Read(nil, &url.Error{
		Op: "Post", URL: "https://own.example/login?key=1", Err: broken,
	})
	if !errors.Is(err, client.ErrUnavailable) || !errors.Is(err, broken) {
		t.Errorf("%v; want ErrUnavailable, and %v beneath", err, broken)
	}
	if strings.Contains(err.Error(), "own.example") {
		t.Errorf("%v; want no URL", err)
	}
}
