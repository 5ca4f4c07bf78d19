package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/origin"
	"github.com/latchkey-go/latchkey/client/internal/pause"
	"github.com/latchkey-go/latchkey/client/internal/places"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// Option changes a default of [New], [NewPool] or [NewHTTPClient].
type Option func(*options) error

type options struct {
	base     http.RoundTripper
	policy   wire.Policy
	insecure bool
	maxAge   time.Duration
	origins  []origin.Origin
	store    TokenStore
	unbound  bool
	watcher  *watcher
	limit    *LoginLimit // nil: none

	retry     *wire.Retry       // sends other requests than logins
	forLogins http.RoundTripper // sends logins

	// Of a Pool, whose Clients share them. Otherwise nil.
	places *places.Places
	memory *pause.Memory[places.Key, Account]
}

// noOptions are shared by all Clients without options.
var noOptions = sync.OnceValues(func() (*options, error) { return applied(nil) })

func newOptions(opts []Option) (*options, error) {
	if len(opts) == 0 {
		return noOptions()
	}
	return applied(opts)
}

func applied(opts []Option) (*options, error) {
	o := &options{policy: RetryPolicy{}.policy(), watcher: nobody}
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			opt = func(*options) error { return invalidOption("Option", "must not be nil") }
		}
		errs = append(errs, opt(o))
	}
	if o.unbound && o.store == nil {
		errs = append(errs, invalidOption("WithUnboundRecords", "needs WithTokenStore"))
	}
	if o.base == nil {
		o.base = wire.Default()
	}
	guard := o.wire()
	o.retry, o.forLogins = wire.NewRetry(guard, o.policy), guard.ForLogins()
	return o, errors.Join(errs...)
}

// ofOne returns the options for one of several Clients: with SharedWait its requests wait for each other, and not for
// those of other accounts.
func (o *options) ofOne() *options {
	if !o.policy.Shared {
		return o
	}
	own := *o
	own.retry = wire.NewRetry(o.retry.Base, o.policy)
	return &own
}

// wire returns the RoundTripper beneath all others.
func (o *options) wire() wire.Guard {
	if o.insecure {
		return wire.Guard{Base: o.base}
	}
	return wire.Guard{Base: o.base, Refuse: func(host string) error {
		return fmt.Errorf("latchkey: %w: plain http to %s would let others read it: use https (WithInsecureHTTP allows it)",
			ErrInvalidInput, host)
	}}
}

// invalidOption returns the error for a wrong argument of New or of an Option.
func invalidOption(field, why string) *LoginError {
	return &LoginError{Service: "latchkey", Field: field, Kind: ErrInvalidInput, Message: why}
}

// DefaultTransport returns a new transport like the one that all Clients share by default, to wrap or to change. It
// uses the environment's proxy for https and none for http. It takes headers of 256 KiB in an answer. It notices within
// 30 s that the network of a connection is gone. On Linux a connection also ends if the service reads nothing of a long
// body for 28 s.
func DefaultTransport() *http.Transport { return wire.NewDefault() }

// WithTransport sends all requests through rt, which must be safe for concurrent use. The default is one that all
// Clients share, like [DefaultTransport]. If rt is an [*http.Transport], each login goes through a copy of it, on a
// connection of its own by HTTP/1.1, with a header of at most 64 KiB in the answer. Any other rt gets the logins, too,
// and gets one again if it met a reused connection that broke without an answer. It is no [http.Client], since a jar or
// a redirect policy would break promises.
func WithTransport(rt http.RoundTripper) Option {
	return func(o *options) error {
		if await.IsNil(rt) {
			return invalidOption("WithTransport", "must not be nil")
		}
		o.base = rt
		return nil
	}
}

// WithRetryPolicy replaces the policy for 429s, which is RetryPolicy{}.
func WithRetryPolicy(p RetryPolicy) Option {
	return func(o *options) error {
		if p.Attempts < 0 || p.MaxWait < 0 {
			return invalidOption("WithRetryPolicy", "must not hold negative numbers")
		}
		o.policy = p.policy()
		return nil
	}
}

// WithInsecureHTTP allows plain http to other machines, without a proxy, for test networks: everyone on the way can
// read password and token.
func WithInsecureHTTP() Option {
	return func(o *options) error {
		o.insecure = true
		return nil
	}
}

// WithMaxAge limits the age of tokens: a call that finds an older one logs in.
func WithMaxAge(maxAge time.Duration) Option {
	return func(o *options) error {
		if maxAge <= 0 {
			return invalidOption("WithMaxAge", "must be more than zero")
		}
		o.maxAge = maxAge
		return nil
	}
}

// WithOrigins adds origins that are the service's own, as base URLs: requests there carry the token too. By default
// only those to scheme, host and port of the account's base URL do. A redirect between two of them is still followed
// without the token.
func WithOrigins(baseURLs ...string) Option {
	return func(o *options) error {
		for _, raw := range baseURLs {
			canonical, err := origin.Canonical(raw)
			if err != nil {
				return invalidOption("WithOrigins", err.Error())
			}
			u, err := url.Parse(canonical)
			if err != nil {
				return err
			}
			o.origins = append(o.origins, origin.Of(u))
		}
		return nil
	}
}

// WithTokenStore keeps the token in a store, where other processes and the next run find it. If it is a [Locker], one
// login serves them all. Records are bound to the credential: their place and key derive from account and secret by
// argon2id (about 20 ms, once per Client and secret; tokenstore.SealedFast needs none). Without the secret, records can
// be neither found, read nor changed.
//
// A store that is slow, down or damaged, or that panics, fails no call: [Observer].StoreTrouble is told, and the login
// goes on without it. Each attempt of a login spends at most 2 s on the store, the derivation included, and waits at
// most 75 to 100 s for its lock. A token whose expiry is unknown is kept there for 30 days. A record tells the writer's
// time: a clock that is wrong by less than a token lives makes the token end that much too early, or too late, after a
// 401.
func WithTokenStore(store TokenStore) Option {
	return func(o *options) error {
		if await.IsNil(store) {
			return invalidOption("WithTokenStore", "must not be nil")
		}
		o.store = store
		return nil
	}
}

// WithObserver tells functions of yours what happens inside. Given several times, it tells each Observer, in this order:
// one that makes spans comes before one that writes them into a log. What the first one adds to a context, the next
// ones see. While one is blocked, none is told anything.
func WithObserver(observer Observer) Option {
	return func(o *options) error {
		if o.watcher != nobody {
			observer = o.watcher.and(observer)
		}
		o.watcher = newWatcher(observer)
		return nil
	}
}

// WithUnboundRecords is for a program whose own user is the boundary, such as a command line tool: whoever can read its
// [TokenStore] may use the account. Place and key of its records derive from the account alone, so a stored token is
// found without a secret, also if the Login has another one by now. Refused credentials are not shared. Unbound and
// bound records never meet. It needs WithTokenStore, and a [Pool] refuses it.
func WithUnboundRecords() Option {
	return func(o *options) error {
		o.unbound = true
		return nil
	}
}
