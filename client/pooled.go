package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

// pooled is a Client in a Pool.
type pooled struct {
	whole

	place places.Place
	pool  *Pool
}

// Place implements places.Placed.
func (c *pooled) Place() *places.Place { return &c.place }

// over reports whether there is no token, or one that has expired.
func (c *pooled) over() bool { return c.cache.current.Load().standing(read(time.Now())) == gone }

// uses makes a login that of the next login.
func (c *pooled) uses(login Login) {
	if !c.cache.mu.TryLock() {
		if !c.over() {
			return // no login is due, or another caller's, who has come at the same time
		}
		c.cache.mu.Lock()
	}
	c.cache.login = login
	c.cache.mu.Unlock()
}

// begins implements seat.
func (c *pooled) begins() { c.pool.places.Begin(c) }

// ends implements seat.
func (c *pooled) ends(held bool, p pauses) {
	pool, key, account := c.pool, c.place.Key(), c.Account()
	pool.places.End(c, held)
	if p.refused.Length > 0 || p.failing.Length > 0 {
		pool.refused.Keep(key, p)
	} else {
		pool.refused.Forget(key)
	}
	switch {
	case !p.gate.Until.IsZero():
		pool.limited.Keep(account, p.gate)
	case held:
		pool.limited.Forget(account)
	}
}

// binds implements seat.
func (c *pooled) binds(login Login, account Account) Login {
	return boundLogin{login, account, c.place.Key()}
}

// remind tells a new Client of the pauses of those that were here before. A rate limit counts for every secret of the
// account.
func (p *Pool) remind(c *pooled) {
	before, refused := p.refused.Recall(c.place.Key())
	gate, limited := p.limited.Recall(c.Account())
	if !refused && !limited {
		return
	}
	known := c.cache.state() // nobody else has the Client yet
	known.gate = gate
	if refused {
		known.refused, known.failing = before.refused, before.failing
	}
}

// keyOf returns the key of an account and a secret.
func keyOf(account Account, secret string) places.Key {
	return digest.Key(secret, account.Service, account.BaseURL, account.Method, account.Name)
}

// boundLogin is a Login that logs in with one secret only.
type boundLogin struct {
	login   Login
	account Account
	key     places.Key
}

func (b boundLogin) Account() (Account, error) { return b.account, nil }

func (b boundLogin) Secret(ctx context.Context) (string, error) {
	secret, err := b.login.Secret(ctx)
	if err == nil && keyOf(b.account, secret) != b.key {
		return "", &LoginError{
			Service: b.account.Service, Method: b.account.Method, Kind: ErrInvalidCredentials,
			Err: errors.New("the secret has changed since this client was looked up: look it up again"),
		}
	}
	return secret, err
}

func (b boundLogin) Login(ctx context.Context, hc *http.Client, secret string) (Token, error) {
	return b.login.Login(ctx, hc, secret)
}
