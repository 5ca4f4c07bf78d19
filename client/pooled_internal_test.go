package client

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/pause"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

func TestP10KeysDifferByAccountAndSecret(t *testing.T) {
	account := Account{Service: "s", BaseURL: "https://u.example", Method: "m", Name: "n"}
	keys := map[places.Key]bool{}
	for _, other := range []Account{
		account, {"S", account.BaseURL, "m", "n"}, {"s", "https://v.example", "m", "n"},
		{"s", account.BaseURL, "M", "n"}, {"s", account.BaseURL, "m", "N"}, {"m", account.BaseURL, "s", "n"},
		{"s", account.BaseURL, "mn", ""}, {"", "s" + account.BaseURL, "m", "n"}, {"s", account.BaseURL, "m", "n\x06secret"},
	} {
		keys[keyOf(other, "secret")] = true
		keys[keyOf(other, "another")] = true
	}
	if len(keys) != 18 {
		t.Errorf("%d keys of 9 accounts with 2 secrets each; want 18", len(keys))
	}
	if keyOf(account, "secret") != keyOf(account, "secret") { //nolint:staticcheck // it must be the same
		t.Error("a key is not the same twice")
	}
}

// slowLogin takes 10 s, and meets a 429 at first.
type slowLogin struct {
	*visitor

	limited *bool
}

func (l slowLogin) Login(context.Context, *http.Client, string) (Token, error) {
	if *l.limited {
		*l.limited = false
		return Token{}, &RateLimitError{Service: "visited", RetryAfter: time.Second}
	}
	time.Sleep(10 * time.Second)
	return NewToken(TokenResponse{Value: heldValue, ExpiresIn: time.Hour})
}

// A login that gives a token ends the rate limit of its account in the Pool's memory, too. What the login took is known
// when nothing else is.
func TestP5PoolForgetsARateLimitAfterALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPool(10, WithRetryPolicy(RetryPolicy{Attempts: 1}))
		if err != nil {
			t.Fatal(err)
		}
		limited := true
		login := slowLogin{&visitor{"me", "secret"}, &limited}
		account, _ := login.Account()
		for range 2 {
			c, err := p.Client(t.Context(), login)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Token(t.Context())
			remembered := p.options.memory.Recall(keyOf(account, "secret"), account, &pause.Pauses{})
			if remembered != (err != nil) {
				t.Errorf("remembered: %t, after %v", remembered, err)
			}
			time.Sleep(10 * time.Second)
		}
		for c := range p.All() {
			if c.cache.known.Load() != nil {
				t.Error("something is known beside the token")
			}
			c.cache.mu.Lock()
			took := c.cache.state().took
			c.cache.mu.Unlock()
			if took != 10*time.Second {
				t.Errorf("the login took %s; want 10 s", took)
			}
		}
	})
}
