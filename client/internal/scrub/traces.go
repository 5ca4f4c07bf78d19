package scrub

import "context"

type tracesKey struct{}

// WithTraces returns the context of a request whose answer may repeat a secret. traces tells whether a text holds any
// trace of it. It is a function, so that a print of the context shows an address.
func WithTraces(ctx context.Context, traces func(text string) bool) context.Context {
	return context.WithValue(ctx, tracesKey{}, traces)
}

// Traces returns what WithTraces was given, or nil.
func Traces(ctx context.Context) func(text string) bool {
	traces, _ := ctx.Value(tracesKey{}).(func(string) bool)
	return traces
}
