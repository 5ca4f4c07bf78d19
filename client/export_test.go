package client

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// WithCountingPolicy counts the calls of the default policy's two functions.
func WithCountingPolicy(checks, backoffs *atomic.Int64) Option {
	return func(o *options) error {
		policy := o.policy
		o.policy.CheckRetry = func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			checks.Add(1)
			return policy.CheckRetry(ctx, resp, err)
		}
		o.policy.Backoff = func(shortest, longest time.Duration, attempt int, resp *http.Response) time.Duration {
			backoffs.Add(1)
			return policy.Backoff(shortest, longest, attempt, resp)
		}
		return nil
	}
}

// Wind lets the wall clock go on by d beside the monotonic one, for a held token: the machine slept, or its clock was
// set. d may be negative. Nobody calls meanwhile.
func (c *Client) Wind(d time.Duration) {
	c.cache.mu.Lock()
	defer c.cache.mu.Unlock()
	e := c.cache.current.Load()
	if e == nil {
		return
	}
	for _, until := range []*clock.Reading{&e.freshUntil, &e.validUntil} {
		if *until != clock.Never {
			until.Wall -= int64(d)
		}
	}
}

// Redate returns an unbound record with other times, as a machine writes it whose clock is another one. One that cannot
// be read stays as it is.
func Redate(account Account, sealed []byte, other func(time.Time) time.Time) []byte {
	keys, err := seal.Unbound(account.quoted())
	if err != nil {
		return sealed
	}
	r, err := record.Open(sealed, keys)
	if err != nil {
		return sealed
	}
	if r.Token != nil {
		r.Token.Written = other(r.Token.Written)
	}
	if r.Note != nil {
		r.Note.Written = other(r.Note.Written)
	}
	redated, err := r.Seal(keys)
	if err != nil {
		return sealed
	}
	return redated
}
