package await

import (
	"context"
	"sync/atomic"
	"time"
)

// TellHere calls a function in this goroutine, which costs less than Tell. It reports whether the caller goes on. If not,
// rest does so in another goroutine: the call took longer than the limit, panicked, or ended its goroutine.
func (t *Teller) TellHere(call, rest func()) (goesOn bool) {
	if t.blocked.Load() > 0 {
		return true
	}
	var taken atomic.Bool // who has set it goes on
	alarm := time.AfterFunc(t.limit, func() {
		if taken.CompareAndSwap(false, true) {
			t.blocked.Add(1)
			rest()
		}
	})
	returned := false
	defer func() {
		_ = recover()
		alarm.Stop()
		switch {
		case !taken.CompareAndSwap(false, true):
			t.blocked.Add(-1)
		case returned:
			goesOn = true
		default: // it panicked, or its goroutine ends
			go rest()
		}
	}()
	call()
	returned = true
	return false
}

// WithValues returns ctx with the values of another context, which was most likely made of it; nil: it has none.
func WithValues(ctx, values context.Context) context.Context {
	if values == nil {
		return ctx
	}
	if values.Done() == ctx.Done() {
		return values
	}
	return valuesOf{ctx, values}
}

type valuesOf struct {
	context.Context

	values context.Context
}

func (v valuesOf) Value(key any) any { return v.values.Value(key) }
