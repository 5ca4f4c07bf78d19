package client_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// fakeLogin is a Login of a user's own: its parts are set by the test.
type fakeLogin struct {
	account client.Account
	secret  client.Secret
	login   loginFunc
}

type loginFunc = func(ctx context.Context, hc *http.Client, secret string) (client.Token, error)

func (f fakeLogin) Account() (client.Account, error) { return f.account, nil }

func (f fakeLogin) Secret(ctx context.Context) (string, error) { return f.secret(ctx) }

func (f fakeLogin) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	return f.login(ctx, hc, secret)
}

const ownSecret = "correct horse battery staple"

// ownLogin is a Login of a user's own that does what it is told.
func ownLogin(login loginFunc) fakeLogin {
	return fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"},
		secret:  client.Static(ownSecret),
		login:   login,
	}
}

// badAtFirst is ownLogin that does what it is told the first time and works from then on.
func badAtFirst(first loginFunc) fakeLogin {
	var calls atomic.Int64 // a Login that is left behind runs beside the next one
	return ownLogin(func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
		n := calls.Add(1)
		if n == 1 {
			time.Sleep(time.Millisecond) // until all callers wait
			return first(ctx, hc, secret)
		}
		return client.NewToken(client.TokenResponse{Value: fmt.Sprintf("token-%d", n)})
	})
}

// ask sends the secret to a path of the service that an ownLogin is for.
func ask(ctx context.Context, hc *http.Client, path, secret string) (*loginkit.Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example"+path, strings.NewReader(secret))
	if err != nil {
		return nil, err
	}
	return loginkit.Attempt{Service: "own", Method: "password", Secret: secret}.Read(hc.Do(req))
}

// loginLimit is how long one request of a login may take.
const loginLimit = 30 * time.Second

// secrets is a Secret that yields what the test sets, and counts how often it is asked.
type secrets struct {
	value atomic.Pointer[string]
	asked atomic.Int64
}

func newSecrets(value string) *secrets {
	s := &secrets{}
	s.set(value)
	return s
}

func (s *secrets) set(value string) { s.value.Store(&value) }

func (s *secrets) secret(context.Context) (string, error) {
	s.asked.Add(1)
	return *s.value.Load(), nil
}

func (s *secrets) wantAsked(t *testing.T, want int64) {
	t.Helper()
	if got := s.asked.Load(); got != want {
		t.Errorf("the Secret was asked %d times; want %d", got, want)
	}
}

// jwt makes an unsigned token with the given claims.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".c2ln"
}
