// Package resend tells a RoundTripper beneath ours how often a request was sent before.
package resend

import "context"

type key struct{}

// With returns the context of a request that is sent again, for the n-th time.
func With(ctx context.Context, n int) context.Context { return context.WithValue(ctx, key{}, n) }

// Of returns how often the request of a context was sent before.
func Of(ctx context.Context) int {
	n, _ := ctx.Value(key{}).(int)
	return n
}
