package oauth2source_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

func newBezala(t *testing.T, password string) (*sandbox.Server, *client.Client) {
	t.Helper()
	server := sandbox.NewBezala(sandbox.Config{InProcess: true})
	t.Cleanup(server.Close)
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static(password),
	}, client.WithTransport(server.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	return server, c
}

func TestToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, c := newBezala(t, "your-password")
		want, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		source := oauth2source.New(t.Context(), c)
		got, err := source.Token()
		if err != nil || got.AccessToken != want.Value() || got.Type() != "Bearer" || !got.Valid() {
			t.Fatalf("Token = %v, %v; want the client's", got.Type(), err)
		}
		got.AccessToken = "changed by the caller"
		if again, err := source.Token(); err != nil || again.AccessToken != want.Value() {
			t.Errorf("a caller's change reached the next one: %v", err)
		}
		if n := server.Counts().Logins; n != 1 {
			t.Errorf("%d logins; want 1", n)
		}
	})
}

// oauth2.NewClient wraps a source like this. A token without a known expiry must not stay in the wrapper without end.
func TestReuseTokenSourceComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := newBezala(t, "your-password")
		source := oauth2.ReuseTokenSource(nil, oauth2source.New(t.Context(), c))
		first, err := source.Token()
		if err != nil {
			t.Fatal(err)
		}
		held, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.Invalidate(held)
		time.Sleep(59 * time.Second)
		if kept, err := source.Token(); err != nil || kept.AccessToken != first.AccessToken {
			t.Errorf("asked again within a minute: %v", err)
		}
		time.Sleep(2 * time.Second)
		if next, err := source.Token(); err != nil || next.AccessToken == first.AccessToken {
			t.Errorf("still the old token after a minute: %v", err)
		}
	})
}

func TestExpiryIsNotLaterThanTheTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.NewBecard(sandbox.Config{InProcess: true, TokenLifetime: 30 * time.Second})
		defer server.Close()
		c, err := client.New(becard.Password{
			BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
		}, client.WithTransport(server.Transport()))
		if err != nil {
			t.Fatal(err)
		}
		token, err := oauth2source.New(t.Context(), c).Token()
		if err != nil || time.Until(token.Expiry).Round(time.Second) != 30*time.Second {
			t.Errorf("expiry in %s, %v; want 30 s", time.Until(token.Expiry), err)
		}
	})
}

func TestErrorsAndContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, wrong := newBezala(t, "a guess")
		if token, err := oauth2source.New(t.Context(), wrong).Token(); !errors.Is(err, client.ErrInvalidCredentials) || token != nil {
			t.Errorf("a wrong password gave %v, %v", token, err)
		}
		_, right := newBezala(t, "your-password")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if token, err := oauth2source.New(ctx, right).Token(); !errors.Is(err, context.Canceled) || token != nil {
			t.Errorf("an ended context gave %v, %v", token, err)
		}
	})
}
