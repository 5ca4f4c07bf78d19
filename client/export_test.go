package client

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
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
// set. d may be negative.
func (c *Client) Wind(d time.Duration) {
	c.cache.mu.Lock()
	defer c.cache.mu.Unlock()
	if e := c.cache.current.Load(); e != nil {
		later := *e
		later.freshUntil.Wall -= int64(d)
		later.validUntil.Wall -= int64(d)
		c.cache.current.Store(&later)
	}
}
