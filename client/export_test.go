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
