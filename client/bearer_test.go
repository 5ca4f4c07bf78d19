package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestFixedToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		issued := mustToken(t, bezalaService.client(t, srv))

		current := issued.Value()
		c, err := client.New(bearer.Token{
			Service: "bezala", BaseURL: srv.URL,
			Token: func(context.Context) (string, error) { return current, nil },
		}, client.WithTransport(srv.Transport()))
		if err != nil {
			t.Fatal(err)
		}
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
		// Rejected, and the source has no other: the 401 is the answer.
		srv.RevokeAll()
		if status := call(); status != http.StatusUnauthorized {
			t.Errorf("status %d with a revoked token", status)
		}
		fresh := bezalaService.client(t, srv)
		current = mustToken(t, fresh).Value()
		time.Sleep(time.Second) // the pause between two replacements
		if status := call(); status != http.StatusOK {
			t.Errorf("status %d after the source had a new token", status)
		}
		wantLogins(t, srv, 2) // those that made the two tokens
	})
}

func TestFixedTokenRefuses(t *testing.T) {
	for field, login := range map[string]bearer.Token{
		"Service": {BaseURL: "https://api.example.com", Token: client.Static("x")},
		"BaseURL": {Service: "own", Token: client.Static("x")},
	} {
		_, err := client.New(login)
		if e, ok := errors.AsType[*client.LoginError](err); !ok || e.Field != field || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("without %s: %v", field, err)
		}
	}
	for name, token := range map[string]client.Secret{
		"none": nil, "empty": client.Static(""), "with a space": client.Static("a b"), "not ASCII": client.Static("ä"),
	} {
		c, err := client.New(bearer.Token{Service: "own", BaseURL: "https://api.example.com", Token: token})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Token(t.Context())
		if e, ok := errors.AsType[*client.LoginError](err); !ok || e.Field != "Token" || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("token %s: %v; want ErrInvalidInput about Token", name, err)
		}
	}
}

// A held JWT may be old: what is left of it counts from now, not from its iat.
func TestFixedTokenOfAnOldJWT(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Unix()
		c := newClient(t, bearer.Token{
			Service: "own", BaseURL: "https://api.example.com",
			Token: client.Static(jwt(fmt.Sprintf(`{"iat":%d,"exp":%d}`, now-3000, now+600))),
		})
		expiry, known := mustToken(t, c).Expiry()
		if left := time.Until(expiry); !known || left != 10*time.Minute {
			t.Errorf("expires in %s, known: %t; want 10 min", left, known)
		}
	})
}
