package client

import (
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"time"
)

// Option changes a default of New or NewHTTPClient.
type Option func(*options) error

type options struct {
	base     http.RoundTripper
	retry    RetryPolicy
	insecure bool
	maxAge   time.Duration
	origins  []origin
	store    TokenStore
	vouched  bool
	report   func(error)
}

func newOptions(opts []Option) (options, error) {
	o := options{}
	var errs []error
	for _, opt := range opts {
		if opt == nil {
			opt = func(*options) error { return invalidOption("Option", "must not be nil") }
		}
		errs = append(errs, opt(&o))
	}
	if o.vouched && o.store == nil {
		errs = append(errs, invalidOption("WithVouchedRecords", "needs WithTokenStore"))
	}
	if o.base == nil {
		o.base = defaultTransport()
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
		o.retry = p
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
			canonical, err := CanonicalBaseURL("latchkey", raw)
			if invalid, ok := errors.AsType[*LoginError](err); ok {
				return invalidOption("WithOrigins", invalid.Message)
			}
			u, err := url.Parse(canonical)
			if err != nil {
				return err
			}
			o.origins = append(o.origins, originOf(u))
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
// A store that is slow, down or damaged, or that panics, never fails a call: report, if it is not nil, is told, and the
// login goes on without the store. It may be called from several goroutines. A login spends 2 s on the store at most,
// and waits up to 60 s for its turn; a call that waits out 429s may go through several logins.
func WithTokenStore(store TokenStore, report func(error)) Option {
	return func(o *options) error {
		if isNil(store) {
			return invalidOption("WithTokenStore", "must not be nil")
		}
		o.store, o.report = store, report
		return nil
	}
}

// WithVouchedRecords is for a program whose own user is the boundary, such as a command line tool: it vouches that
// whoever can read its TokenStore may use the account. Its records' place and key derive from the account alone, so
// that a stored token is found without asking for a secret, also where the Login at hand has another one: to log in anew,
// call Logout first. Refused credentials are not told to others: nobody knows whose they were. Vouched and bound records
// never meet. It needs WithTokenStore, and a Pool refuses it: its users are not each other's boundary.
func WithVouchedRecords() Option {
	return func(o *options) error {
		o.vouched = true
		return nil
	}
}
