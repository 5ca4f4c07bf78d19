package client

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// Observer is told what happens inside a [Client]. Its functions are optional, and must be safe for concurrent use by
// multiple goroutines. They should return soon: the login waits for them, at most 1 s. While one is blocked for longer,
// nothing more is told. A panic in them is ignored.
type Observer struct {
	// StoreTrouble is told why a TokenStore was not used: it was slow or down, it panicked, or a record is damaged.
	// The error's text starts with the service's name and holds no secret.
	StoreTrouble func(error)
}

// observerLimit is how long a function of an Observer is waited for.
const observerLimit = time.Second

// listener calls the functions of an Observer, which may do anything.
type listener struct {
	Observer
	blocked atomic.Int64 // calls that were left behind
}

func (l *listener) storeTrouble(err error) {
	if l.StoreTrouble != nil {
		l.tell(func() { l.StoreTrouble(err) })
	}
}

func (l *listener) tell(call func()) {
	if l.blocked.Load() > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), observerLimit)
	defer cancel()
	_, err := await.Do(ctx, "Observer", func(context.Context) (struct{}, error) {
		call()
		return struct{}{}, nil
	}, func(struct{}) { l.blocked.Add(-1) })
	if err != nil && ctx.Err() != nil {
		l.blocked.Add(1)
	}
}
