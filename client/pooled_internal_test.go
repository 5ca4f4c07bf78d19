package client

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/places"
)

// Two accounts may have one key, hardly ever. Then nobody gets the other's Client.
func TestP10PoolTellsAccountsWithOneKeyApart(t *testing.T) {
	p, err := NewPool(10)
	if err != nil {
		t.Fatal(err)
	}
	victim, me := &visitor{"victim", "same"}, &visitor{"me", "same"}
	account, _ := me.Account()
	there := &pooled{place: places.At(keyOf(account, "same")), pool: p}
	whose, _ := victim.Account()
	if err := there.init(victim, whose, p.options); err != nil {
		t.Fatal(err)
	}
	p.places.Add(there)
	c, err := p.Client(t.Context(), me)
	if err != nil || c.Account() != account {
		t.Errorf("the Client of %v, %v", c.Account(), err)
	}
}

func TestP10KeysDifferByAccountAndSecret(t *testing.T) {
	account := Account{Service: "s", BaseURL: "https://u.example", Method: "m", Name: "n"}
	keys := map[places.Key]bool{}
	for _, other := range []Account{
		account, {"S", account.BaseURL, "m", "n"}, {"s", "https://v.example", "m", "n"},
		{"s", account.BaseURL, "M", "n"}, {"s", account.BaseURL, "m", "N"}, {"m", account.BaseURL, "s", "n"},
	} {
		keys[keyOf(other, "secret")] = true
		keys[keyOf(other, "another")] = true
	}
	if len(keys) != 12 {
		t.Errorf("%d keys of 6 accounts with 2 secrets each; want 12", len(keys))
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
			_, remembered := p.limited.Recall(account)
			if remembered != (err != nil) {
				t.Errorf("remembered: %t, after %v", remembered, err)
			}
			time.Sleep(10 * time.Second)
		}
		for c := range p.All() {
			if c.cache.knows.Load() != nil {
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
