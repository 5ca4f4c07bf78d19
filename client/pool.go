package client

import (
	"container/list"
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"sync"
)

// Pool keeps a Client per account and credential, for a program that logs in on behalf of many users. Whoever names
// an account must also hold its credential: another password is another Client, which has to log in itself. Secrets
// are compared by a digest that is keyed anew in each process, when a Client is looked up and never afterwards.
//
// Its Clients share nothing: a refusal or a rate limit that one met is not known to another of the same account, which
// has another secret.
//
// A Pool is safe for concurrent use by multiple goroutines.
type Pool struct {
	size int
	opts []Option

	mu      sync.Mutex
	clients map[poolKey]*list.Element // of *pooled
	recent  *list.List                // the one used last is in front
}

type poolKey struct {
	account Account
	digest  [sha256.Size]byte
}

type pooled struct {
	key    poolKey
	client *Client
}

// NewPool returns a Pool of at most size Clients, all made with the same options. When it is full, the
// one that was looked up the longest time ago leaves it, of those that hold no token first: so guessed passwords push
// out one another, and not who is logged in. Whoever holds a Client that has left can go on using it.
//
// The error wraps ErrInvalidInput and names what is wrong: a size below 1, an option, or WithUnboundRecords, which would
// hand the token of whoever logged in first to everyone who names the account.
func NewPool(size int, opts ...Option) (*Pool, error) {
	if size < 1 {
		return nil, invalidOption("NewPool: size", "must be at least 1")
	}
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	if o.unbound {
		return nil, invalidOption("WithUnboundRecords", "must not be given to a Pool: whoever names an account would get its token, with any password")
	}
	return &Pool{size: size, opts: slices.Clone(opts), clients: map[poolKey]*list.Element{}, recent: list.New()}, nil
}

// Client returns the Client of the login's account and credential, as New makes it. It asks the login's Secret,
// with ctx, and does no other I/O. A Client is bound to that secret: should its Secret yield another one later, its
// logins fail with ErrInvalidCredentials until it is looked up again. Each wrong secret costs a login request: how often
// a user may try is for the caller to limit.
//
// Errors are those of New and of the Secret.
func (p *Pool) Client(ctx context.Context, login Login) (*Client, error) {
	if isNil(login) {
		return nil, invalidOption("Login", "is required")
	}
	account, err := login.Account()
	if err != nil {
		return nil, err
	}
	secret, err := login.Secret(ctx)
	if err != nil {
		return nil, err
	}
	key := poolKey{account: account, digest: digest(secret)}

	p.mu.Lock()
	defer p.mu.Unlock()
	if element, ok := p.clients[key]; ok {
		p.recent.MoveToFront(element)
		return element.Value.(*pooled).client, nil //nolint:forcetypeassert // the list holds nothing else
	}
	c, err := New(boundLogin{login, account, key.digest}, p.opts...)
	if err != nil {
		return nil, err
	}
	p.clients[key] = p.recent.PushFront(&pooled{key, c})
	if p.recent.Len() > p.size {
		p.evict()
	}
	return c, nil
}

// evict takes a Client out. The one in front has just come. mu is held.
func (p *Pool) evict() {
	leaves := p.recent.Back()
	for e := leaves; e != p.recent.Front(); e = e.Prev() {
		if e.Value.(*pooled).client.cache.current.Load() == nil { //nolint:forcetypeassert // likewise
			leaves = e
			break
		}
	}
	p.recent.Remove(leaves)
	delete(p.clients, leaves.Value.(*pooled).key) //nolint:forcetypeassert // likewise
}

// boundLogin is a Login that logs in with one secret only.
type boundLogin struct {
	login   Login
	account Account
	digest  [sha256.Size]byte
}

func (b boundLogin) Account() (Account, error) { return b.account, nil }

func (b boundLogin) Secret(ctx context.Context) (string, error) {
	secret, err := b.login.Secret(ctx)
	if err == nil && digest(secret) != b.digest {
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
