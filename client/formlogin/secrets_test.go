package formlogin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const (
	userSecret   = "p&ssw örd"
	clientSecret = "s&cr+t of a client"
)

// oauth2 is a login with a client secret.
func oauth2(secret client.Secret) formlogin.Password {
	return login(func(p *formlogin.Password) {
		p.Extra = map[string]string{"grant_type": "password", "client_id": "app"}
		p.ExtraSecrets = map[string]client.Secret{"client_secret": secret}
	})
}

// answers is a back end that answers each login with the next status and body.
type answers struct {
	next     []string // status and body
	requests int
}

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	answer := a.next[min(a.requests, len(a.next)-1)]
	a.requests++
	var status int
	_, _ = fmt.Sscan(answer, &status)
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer[4:])), Request: req,
	}, nil
}

const success = `200 {"access_token": "t", "expires_in": 3600}`

func token(t *testing.T, p formlogin.Password, base http.RoundTripper, opts ...client.Option) error {
	t.Helper()
	c, err := client.New(p, append(opts, client.WithTransport(base))...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Token(t.Context())
	return err
}

// What a store keeps is found with the same secrets, and with no others.
func TestP10FurtherSecretsBindStoredTokens(t *testing.T) {
	store := &clienttest.MemoryStore{}
	for _, tt := range []struct {
		secret, clientID string
		logins           int
	}{{"one", "app", 1}, {"one", "app", 0}, {"two", "app", 1}, {"one", "other", 1}} {
		p, server := oauth2(client.Static(tt.secret)), &answers{next: []string{success}}
		p.Extra["client_id"] = tt.clientID
		if err := token(t, p, server, client.WithTokenStore(store)); err != nil {
			t.Fatal(err)
		}
		if server.requests != tt.logins {
			t.Errorf("%s with %s: %d logins, want %d", tt.clientID, tt.secret, server.requests, tt.logins)
		}
	}
}

func TestP10PoolTellsFurtherSecretsApart(t *testing.T) {
	pool, err := client.NewPool(10)
	if err != nil {
		t.Fatal(err)
	}
	clients := map[*client.Client]bool{}
	for _, secret := range []string{"one", "two", "one"} {
		c, err := pool.Client(t.Context(), oauth2(client.Static(secret)))
		if err != nil {
			t.Fatal(err)
		}
		clients[c] = true
	}
	if len(clients) != 2 {
		t.Errorf("%d Clients for 2 client secrets", len(clients))
	}
}

// After a refusal the same secrets are not sent again, and others are tried at once.
func TestP4ChangedFurtherSecretIsTriedAtOnce(t *testing.T) {
	for _, changed := range []string{"old", "new"} {
		current := "old"
		server := &answers{next: []string{`400 {"error": "invalid_grant"}`, success}}
		c, err := client.New(oauth2(func(context.Context) (string, error) { return current, nil }), client.WithTransport(server))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Token(t.Context()); !errors.Is(err, client.ErrInvalidCredentials) {
			t.Errorf("%v; want ErrInvalidCredentials", err)
		}
		current = changed
		if _, err := c.Token(t.Context()); (err == nil) != (changed == "new") {
			t.Errorf("with the %s client secret: %v", changed, err)
		}
	}
}

// A wrong client secret is no wrong password.
func TestWrongClientSecret(t *testing.T) {
	err := token(t, oauth2(client.Static(clientSecret)), &answers{next: []string{`401 {"error": "invalid_client"}`}})
	if !errors.Is(err, client.ErrInvalidInput) || errors.Is(err, client.ErrInvalidCredentials) {
		t.Errorf("%v; want ErrInvalidInput", err)
	}
}

// A further secret may come from a prompt, as the password may: it takes its time, and is asked once in a login that
// waits out a 429.
func TestP2FurtherSecretMayTakeLongAndIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		p := oauth2(func(ctx context.Context) (string, error) {
			asked++
			select {
			case <-time.After(time.Minute):
				return clientSecret, nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		})
		if err := token(t, p, &answers{next: []string{"429 {}", success}}); err != nil {
			t.Error(err)
		}
		if asked != 1 {
			t.Errorf("asked %d times, want once", asked)
		}
	})
}

// A service that repeats what was sent, and a transport that does, put no secret into an error.
func TestT6SecretsAreInNoError(t *testing.T) {
	basic := oauth2(client.Static(clientSecret))
	basic.BasicAuth = true
	const header = "YXBwOnMlMjZjciUyQnQrb2YrYStjbGllbnQ=" // app:s%26cr%2Bt+of+a+client
	for _, echo := range []string{userSecret, clientSecret, "s%26cr%2Bt+of+a+client", "s&amp;cr+t of a client", header} {
		bases := map[string]http.RoundTripper{"transport": roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, errors.New("cannot send " + echo)
		})}
		for status, body := range map[int]map[string]any{
			401: {"error": "invalid_client", "error_description": "unknown client " + echo},
			400: {"code": echo},
			422: {"detail": []any{map[string]any{"loc": []any{"body", echo}, "msg": "no " + echo, "input": echo}}},
			429: {"message": "too many logins with " + echo},
			200: {"error": "no " + echo, echo: echo},
		} {
			text, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			bases[fmt.Sprint(status)] = &answers{next: []string{fmt.Sprint(status, " ", string(text))}}
		}
		for name, base := range bases {
			err := token(t, basic, base, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
			printed := fmt.Sprintf("%v %+v %#v", err, err, err)
			for _, secret := range []string{userSecret, clientSecret, echo, header} {
				if err == nil || strings.Contains(printed, secret) {
					t.Errorf("%s: %q is in %s", name, secret, printed)
				}
			}
		}
	}
}

func TestT6SecretsArePrintedNowhere(t *testing.T) {
	p := oauth2(client.Static(clientSecret))
	account, err := p.Account()
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%v %+v %#v %+v %s", p, p, p, account, account)
	for _, secret := range []string{userSecret, clientSecret} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is in %s", secret, printed)
		}
	}
}

// A further secret that cannot be sent is named, and so is one whose function fails.
func TestBadFurtherSecrets(t *testing.T) {
	sealed := errors.New("the vault is sealed")
	for name, tt := range map[string]struct {
		secret client.Secret
		kind   error
		says   string
	}{
		"empty":  {client.Static(""), client.ErrInvalidInput, "client_secret is required"},
		"binary": {client.Static("a\xffb"), client.ErrInvalidInput, "client_secret must be valid UTF-8"},
		"sealed": {func(context.Context) (string, error) { return "", sealed }, sealed, "client_secret: the vault is sealed"},
	} {
		t.Run(name, func(t *testing.T) {
			server, p := &answers{next: []string{success}}, oauth2(tt.secret)
			p.ExtraSecrets["a"] = client.Static("b")
			if err := token(t, p, server); !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v; want %q", err, tt.says)
			}
			if server.requests > 0 {
				t.Error("something was sent")
			}
		})
	}
	// Whoever calls Login directly must hand on what Secret returned.
	_, err := oauth2(client.Static(clientSecret)).Login(t.Context(), http.DefaultClient, userSecret)
	if failure, ok := errors.AsType[*client.LoginError](err); !ok || failure.Field != "ExtraSecrets" {
		t.Errorf("a login with the password alone gives %v", err)
	}
}
