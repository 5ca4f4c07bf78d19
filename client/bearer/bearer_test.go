package bearer_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func newClient(t *testing.T, login client.Login, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(login, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// issue logs in at bezala and returns the token.
func issue(t *testing.T, srv *sandbox.Server) string {
	t.Helper()
	account := srv.Accounts()[0]
	token, err := newClient(t, bezala.Password{
		BaseURL: srv.URL, Email: account.Name, Password: client.Static(account.Secret),
	}, client.WithTransport(srv.Transport())).Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token.Value()
}

func TestTokenThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := sandbox.NewBezala(sandbox.Config{InProcess: true})
		t.Cleanup(func() {
			for _, violation := range srv.Violations() {
				t.Error(violation)
			}
			srv.Close()
		})
		current := issue(t, srv)
		c := newClient(t, bearer.Token{
			Service: "bezala", BaseURL: srv.URL,
			Token: func(context.Context) (string, error) { return current, nil },
		}, client.WithTransport(srv.Transport()))
		call := func() int {
			resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp.StatusCode
		}
		if status := call(); status != http.StatusOK {
			t.Errorf("status %d with a held token", status)
		}
		// It is rejected, and the source has no other: the 401 is the answer.
		srv.RevokeAll()
		if status := call(); status != http.StatusUnauthorized {
			t.Errorf("status %d with a revoked token", status)
		}
		current = issue(t, srv)
		time.Sleep(time.Second) // the pause between two replacements
		if status := call(); status != http.StatusOK {
			t.Errorf("status %d after the source had a new token", status)
		}
		if n := srv.Counts().LoginRequests; n != 2 { // those that made the two tokens
			t.Errorf("%d login requests; want 2", n)
		}
	})
}

func TestTokenRefuses(t *testing.T) {
	for field, login := range map[string]bearer.Token{
		"Service": {BaseURL: "https://api.example.com", Token: client.Static("x")},
		"BaseURL": {Service: "own", Token: client.Static("x")},
	} {
		_, err := client.New(login)
		e, ok := errors.AsType[*client.LoginError](err)
		if !ok || e.Field != field || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("without %s: %v", field, err)
		}
	}
	for name, token := range map[string]client.Secret{
		"none": nil, "empty": client.Static(""), "with a space": client.Static("a b"), "not ASCII": client.Static("ä"),
	} {
		c := newClient(t, bearer.Token{Service: "own", BaseURL: "https://api.example.com", Token: token})
		_, err := c.Token(t.Context())
		e, ok := errors.AsType[*client.LoginError](err)
		if !ok || e.Field != "Token" || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("token %s: %v; want ErrInvalidInput about Token", name, err)
		}
	}
}

// A held JWT may be old: what is left of it counts from now, not from its iat.
func TestTokenThatIsAnOldJWT(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Unix()
		claims := fmt.Sprintf(`{"iat":%d,"exp":%d}`, now-3000, now+600)
		encode := base64.RawURLEncoding.EncodeToString
		jwt := encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".c2ln"
		c := newClient(t, bearer.Token{Service: "own", BaseURL: "https://api.example.com", Token: client.Static(jwt)})
		token, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		expiry, known := token.Expiry()
		if left := time.Until(expiry); !known || left != 10*time.Minute {
			t.Errorf("expires in %s, known: %t; want 10 min", left, known)
		}
	})
}
