package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/origin"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// Option changes a default of New or NewHTTPClient.
type Option func(*options) error

type options struct {
	base     http.RoundTripper
	policy   wire.Policy
	insecure bool
	maxAge   time.Duration
	origins  []origin.Origin
	store    TokenStore
	unbound  bool
	observer Observer
}

func newOptions(opts []Option) (options, error) {
	o := options{policy: RetryPolicy{}.policy()}
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			opt = func(*options) error { return invalidOption("Option", "must not be nil") }
		}
		errs = append(errs, opt(&o))
	}
	if o.unbound && o.store == nil {
		errs = append(errs, invalidOption("WithUnboundRecords", "needs WithTokenStore"))
	}
	if o.base == nil {
		o.base = wire.Default()
	}
	return o, errors.Join(errs...)
}

// isNil reports whether v holds nothing, or a nil of a type of its own.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	default:
		return false
	}
}

// wire is what all requests go through in the end.
func (o options) wire() http.RoundTripper {
	if o.insecure {
		return wire.Guard{Base: o.base}
	}
	return wire.Guard{Base: o.base, Refuse: func(host string) error {
		return fmt.Errorf("latchkey: %w: plain http to %s would let others read it: use https (WithInsecureHTTP allows it)",
			ErrInvalidInput, host)
	}}
}

// invalidOption is the error for what New or an Option is given.
func invalidOption(field, why string) *LoginError {
	return &LoginError{Service: "latchkey", Field: field, Kind: ErrInvalidInput, Message: why}
}

// WithTransport sends all requests through rt, which must be safe for concurrent use. The default is a transport
// that this package's clients share; it uses the environment's proxy for https and none for http. It is an
// http.RoundTripper and not an *http.Client because a client's cookie jar, timeout and redirect policy would
// break what this package promises about credentials.
func WithTransport(rt http.RoundTripper) Option {
	return func(o *options) error {
		if isNil(rt) {
			return invalidOption("WithTransport", "must not be nil")
		}
		o.base = rt
		return nil
	}
}

// WithRetryPolicy replaces the policy for 429 answers. Default: 4 attempts, no wait over 30 s.
func WithRetryPolicy(p RetryPolicy) Option {
	return func(o *options) error {
		if p.Attempts < 0 || p.MaxWait < 0 {
			return invalidOption("WithRetryPolicy", "must not hold negative numbers")
		}
		o.policy = p.policy()
		return nil
	}
}

// WithInsecureHTTP allows plain http to hosts other than this machine. Everyone on the way can then read password
// and token; it is for test networks. No proxy is used for http.
func WithInsecureHTTP() Option {
	return func(o *options) error {
		o.insecure = true
		return nil
	}
}

// WithMaxAge gives tokens whose expiry is unknown an age after which the next call logs in again. Default: such a
// token is used until it is rejected. Tokens with a known expiry are not kept longer than maxAge either.
// NewHTTPClient ignores it.
func WithMaxAge(maxAge time.Duration) Option {
	return func(o *options) error {
		if maxAge <= 0 {
			return invalidOption("WithMaxAge", "must be more than zero")
		}
		o.maxAge = maxAge
		return nil
	}
}

// WithOrigins names further origins that are the service's own, as base URLs: requests there are authorised too.
// By default only the origin (scheme, host and port) of the account's base URL is. A redirect from one of them to
// another is followed like any to another origin: without the token. NewHTTPClient ignores it.
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

// WithTokenStore keeps the token in a store, where other processes and the next run find it; a store that is also a
// Locker makes them take turns, so that one login serves them all. Records are bound to the credential: place and
// key derive from account and secret (argon2id), so that who does not hold the secret can neither find, read nor
// change them, and a store never sees an account's name. NewHTTPClient ignores it.
//
// Records say when they were written, by the writer's clock. Where a reader's clock is so far off that this cannot be,
// the record counts as new; where it is off by less than a token lives, the token is renewed that much too early there,
// or too late: after a 401.
//
// A store that is slow, down or damaged, or that panics, never fails a call: Observer.StoreTrouble is told, and the login
// goes on without the store. Each attempt of a login spends at most 2 s on the store, and waits at most 60 s for its
// lock; a login that waits out 429s may take several attempts.
func WithTokenStore(store TokenStore) Option {
	return func(o *options) error {
		if isNil(store) {
			return invalidOption("WithTokenStore", "must not be nil")
		}
		o.store = store
		return nil
	}
}

// WithObserver tells functions of yours what happens. NewHTTPClient does not use it.
func WithObserver(observer Observer) Option {
	return func(o *options) error {
		o.observer = observer
		return nil
	}
}

// WithUnboundRecords is for a program whose own user is the boundary, such as a command line tool: it vouches that
// whoever can read its TokenStore may use the account. Its records' place and key derive from the account alone, so
// that a stored token is found without asking for a secret, also where the Login at hand has another one: to log in anew,
// call Logout first. Refused credentials are not told to others: nobody knows whose they were. Unbound and bound records
// never meet. It needs WithTokenStore, and a Pool refuses it: its users are not each other's boundary.
func WithUnboundRecords() Option {
	return func(o *options) error {
		o.unbound = true
		return nil
	}
}
