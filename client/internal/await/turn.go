package await

import (
	"context"
	"sync"
	"time"
)

// InTurn is Do for an f that is called by one goroutine at a time: by whoever has put something into turns, which has
// room for one. It calls begins when it is f's turn. An f that does not return keeps its turn for longest.
func InTurn[T any](
	ctx context.Context, turns chan struct{}, longest time.Duration, name string, begins func(), f func(context.Context) (T, error),
) (value T, err error) {
	select {
	case turns <- struct{}{}:
	case <-ctx.Done():
		return value, ctx.Err()
	}
	begins()
	done := sync.OnceFunc(func() { <-turns })
	patience := time.AfterFunc(longest, done)
	return Do(ctx, name, func(ctx context.Context) (T, error) {
		defer patience.Stop()
		defer done()
		return f(ctx)
	}, nil)
}
