package client

import (
	"container/list"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/digest"
)

// Pool keeps a [Client] per account and secret, for a program that logs in for many users. Another secret is another
// Client, which has to log in itself and knows nothing of the first one's refusals and rate limits. Secrets are
// compared by a keyed digest when a Client is looked up. A Pool is safe for concurrent use by multiple goroutines.
type Pool struct {
	size int
	opts []Option

	mu      sync.Mutex
	clients map[poolKey]*list.Element // of *pooled
	recent  *list.List                // the one used last is in front
}

type poolKey struct {
	account Account
	digest  digest.Digest
}

type pooled struct {
	key    poolKey
	client *Client
}

// NewPool returns a Pool of at most size Clients, all with the same options. A full Pool evicts the least recently used
// Client, those without a token first: guessed passwords evict each other, and no user who is logged in. A Client that
// was evicted goes on working.
//
// The error wraps [ErrInvalidInput] and names what is wrong: a size below 1, an option, or [WithUnboundRecords], with
// which any password would find the account's token.
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

// Client returns the Client of the login's account and secret. It asks the login's Secret, with ctx, and does no other
// I/O: the secret is not checked until the Client logs in. If the Secret returns another one later, the Client's logins
// fail with [ErrInvalidCredentials] until it is looked up again. Each wrong secret costs a login request: limit how
// often a user may try.
//
// Errors are those of [New] and of the Secret.
func (p *Pool) Client(ctx context.Context, login Login) (*Client, error) {
	if await.IsNil(login) {
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
	key := poolKey{account: account, digest: digest.Of(secret)}

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

// evict takes a Client out, but not the one in front, which has just come. mu is held.
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
	digest  digest.Digest
}

func (b boundLogin) Account() (Account, error) { return b.account, nil }

func (b boundLogin) Secret(ctx context.Context) (string, error) {
	secret, err := b.login.Secret(ctx)
	if err == nil && digest.Of(secret) != b.digest {
		return "", &LoginError{
			Service: b.account.Service, Method: b.account.Method, Kind: ErrInvalidCredentials,
			Err: errors.New("the secret has changed since this client was looked up: look it up again"),
		}
	}
	return secret, err
}

func (b boundLogin) Rejected(status int, header http.Header) bool {
	r, ok := b.login.(Rejecter)
	return ok && r.Rejected(status, header)
}

func (b boundLogin) Login(ctx context.Context, hc *http.Client, secret string) (Token, error) {
	return b.login.Login(ctx, hc, secret)
}
