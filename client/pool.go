package client

import (
	"context"
	"iter"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/pause"
	"github.com/latchkey-go/latchkey/client/internal/places"
)

// Pool keeps a [Client] per account and secret, for a program that logs in for many users. Secrets are compared by a
// keyed digest. It is safe for concurrent use by multiple goroutines. Neither a look-up nor the Client's Token is a
// password check: the token may be from before the password was changed at the service. [Client.LogIn] is one.
type Pool struct{ options *options }

// pooled is a Client in a Pool, in one piece of memory.
type pooled struct {
	Client

	own   tokenCache
	place places.Place
}

// NewPool returns a Pool of size Clients that are logged in, all with the same options. The one that was not looked up
// for the longest time leaves for another. An eighth of size, at least one, is for newcomers beside, so that guesses
// push out nobody. Who is logging in stays, and who has left comes back with the next login. Refusals and rate limits
// of 4,096 accounts are remembered. The error wraps [ErrInvalidInput]: a size below 1, an option, or
// [WithUnboundRecords], which would let any password in.
func NewPool(size int, opts ...Option) (*Pool, error) {
	if size < 1 {
		return nil, invalidOption("NewPool: size", "must be at least 1")
	}
	o, err := applied(opts)
	if err != nil {
		return nil, err
	}
	if o.unbound {
		return nil, invalidOption("WithUnboundRecords", "must not be given to a Pool: whoever names an account would get its token, with any password")
	}
	o.memory = new(pause.Memory[places.Key, Account])
	o.places = places.New(size, func(place *places.Place) bool {
		return clientAt(place).cache.current.Load().standing(clock.Read(time.Now())) == gone
	})
	return &Pool{o}, nil
}

func clientAt(place *places.Place) *Client {
	return place.Value().(*Client) //nolint:forcetypeassert // a Pool has no other places
}

// Client returns the Client of the login's account and secret, which uses this login from then on. It asks the Secret,
// with ctx, and does no other I/O. If that returns another secret later, logins fail with [ErrInvalidCredentials] until
// the next look-up. Each wrong secret costs a login: limit how often a user may try. Errors are those of [New] and of
// the Secret.
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
	place := p.options.places.Find(key)
	if place == nil {
		if place, err = p.add(key, login, account); err != nil {
			return nil, err
		}
	}
	c := clientAt(place)
	c.cache.uses(login)
	return c, nil
}

// add adds a Client, with the pauses of one that was here before, unless there is one by now. It returns the place of
// the key.
func (p *Pool) add(key places.Key, login Login, account Account) (*places.Place, error) {
	c := new(pooled)
	if err := c.own.init(login, account, p.options.ofOne()); err != nil {
		return nil, err
	}
	c.cache, c.own.place, c.place = &c.own, &c.place, places.At(key, &c.Client)
	if pauses := pause.New(); p.options.memory.Recall(key, account, &pauses) {
		c.cache.state().Pauses = pauses // nobody else has the Client yet
	}
	return p.options.places.Add(&c.place), nil
}

// Remove takes a Client out, which goes on working, and forgets its refusals.
func (p *Pool) Remove(c *Client) {
	if place := c.cache.place; place != nil && c.cache.options.places == p.options.places {
		p.options.places.Remove(place)
		p.options.memory.Forget(place.Key())
	}
}

// All yields the Clients in the Pool, in no order.
func (p *Pool) All() iter.Seq[*Client] {
	return func(yield func(*Client) bool) {
		for place := range p.options.places.All() {
			if !yield(clientAt(place)) {
				return
			}
		}
	}
}

// PoolStatus is the state of a [Pool] at one moment.
type PoolStatus struct {
	Clients, LoggingIn      int   // Clients in the Pool, and those of them whose login is under way
	Waiting                 int   // logins that wait for the LoginLimit, those of others with the same one too
	Hits, Misses, Evictions int64 // look-ups that found a Client and that did not, and Clients that have left
}

// Status returns the Pool's state.
func (p *Pool) Status() PoolStatus {
	n := p.options.places.Counts()
	s := PoolStatus{Clients: n.Values, LoggingIn: n.Busy, Hits: n.Hits, Misses: n.Misses, Evictions: n.Evictions}
	if p.options.limit != nil {
		s.Waiting = p.options.limit.queue.Waiting()
	}
	return s
}
