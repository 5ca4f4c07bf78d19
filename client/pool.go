package client

import (
	"context"
	"iter"
	"slices"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/pause"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

// Pool keeps a [Client] per account and secret, for a program that logs in for many users. Secrets are compared by a
// keyed digest when a Client is looked up. Another secret is another Client, which has to log in itself. A Pool is safe
// for concurrent use by multiple goroutines, and its methods cost the same however many Clients there are.
//
// A look-up is no password check, nor is the Client's Token, which may be from before the password was changed at the
// service. [Client.LogIn] is one.
type Pool struct {
	opts    []Option
	options *options // what opts say
	places  *places.Places[*pooled]
	refused pause.Memory[places.Key, pauses]  // of Clients
	limited pause.Memory[Account, pause.Gate] // of accounts
}

// NewPool returns a Pool of size Clients that are logged in, all with the same options. If there are more, the one that
// was not looked up for the longest time leaves. Clients that are not logged in share the places that are left, and an
// eighth of size beside, one at least: newcomers and guesses push out nobody who is logged in. A Client whose login is
// under way never leaves. One that has left goes on working, and is in the Pool again with its next login. Refusals and
// rate limits of 4,096 accounts are remembered in any case.
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
	return &Pool{opts: slices.Clone(opts), options: o, places: places.New(size, (*pooled).over)}, nil
}

// Client returns the Client of the login's account and secret, which uses this login from then on. It asks the login's
// Secret, with ctx, and does no other I/O: the secret is not checked until the Client logs in. If the Secret returns
// another one later, the Client's logins fail with [ErrInvalidCredentials] until it is looked up again. Each wrong
// secret costs a login request: limit how often a user may try.
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
	if account, err = account.checked(); err != nil {
		return nil, err
	}
	key := keyOf(account, secret)
	c, ok := p.places.Find(key)
	if !ok {
		newcomer := &pooled{place: places.At(key), pool: p}
		if err := newcomer.init(login, account, p.options); err != nil {
			return nil, err
		}
		newcomer.cache.seat = newcomer
		p.remind(newcomer)
		c = p.places.Add(newcomer)
	}
	if c.Account() != account { // hardly ever: two accounts with one key
		return New(login, p.opts...)
	}
	c.uses(login)
	return &c.Client, nil
}

// Remove takes a Client out, and forgets its refusals. It goes on working, and does not come back.
func (p *Pool) Remove(c *Client) {
	if pooled, ok := c.cache.seat.(*pooled); ok && pooled.pool == p {
		p.places.Remove(pooled)
		p.refused.Forget(pooled.place.Key())
	}
}

// All yields the Clients in the Pool, in no order.
func (p *Pool) All() iter.Seq[*Client] {
	return func(yield func(*Client) bool) {
		for c := range p.places.All() {
			if !yield(&c.Client) {
				return
			}
		}
	}
}

// PoolStatus is the state of a [Pool] at one moment.
type PoolStatus struct {
	Clients   int   `json:"clients"`    // Clients in the Pool
	LoggingIn int   `json:"logging_in"` // Clients whose login is under way
	Waiting   int   `json:"waiting"`    // logins that wait for the LoginLimit, other Pools' too
	Hits      int64 `json:"hits"`       // look-ups that found a Client
	Misses    int64 `json:"misses"`
	Evictions int64 `json:"evictions"`
}

// Status returns the Pool's state.
func (p *Pool) Status() PoolStatus {
	n := p.places.Counts()
	s := PoolStatus{Clients: n.Values, LoggingIn: n.Busy, Hits: n.Hits, Misses: n.Misses, Evictions: n.Evictions}
	if p.options.limit != nil {
		s.Waiting = p.options.limit.queue.Waiting()
	}
	return s
}
