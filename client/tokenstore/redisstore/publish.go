package redisstore

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
)

// dialect is how Redis is asked to tell.
type dialect int

const (
	sharded dialect = iota // SSUBSCRIBE and SPUBLISH, of a Cluster since Redis 7
	plain                  // SUBSCRIBE and PUBLISH
	none                   // not at all
)

// The messages.
const (
	recordChanged = "record"
	lockFreed     = "lock"
	trial         = "trial"
)

// publish tells others of a change. It is no error if the server does not let us.
func (w *words) publish(ctx context.Context, channel, message string) {
	for {
		w.mu.Lock()
		dialect := w.dialect
		w.mu.Unlock()
		command := "publish"
		switch dialect {
		case sharded:
			command = "spublish"
		case none:
			return
		}
		_, err := number(ctx, w.rdb, nil, command, channel, message)
		w.mu.Lock()
		if w.dialect == dialect {
			w.proved = err == nil
			if refused(err) {
				w.dialect++
			}
		}
		w.mu.Unlock()
		if !refused(err) {
			return
		}
	}
}

// speaks finds a dialect in which the server lets us publish, and so, most likely, those who log in. ok is false if there
// is none, or if the server does not answer for now.
func (w *words) speaks(channel string) (d dialect, ok bool) {
	w.mu.Lock()
	proved := w.proved
	w.mu.Unlock()
	if !proved {
		ctx, cancel := context.WithTimeout(context.Background(), commandLimit)
		defer cancel()
		w.publish(ctx, channel+":"+trial, trial) // nobody listens there
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dialect, w.proved
}

// refused reports whether the server does not know a command, or does not allow it.
func refused(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "unknown command") || redis.IsPermissionError(err))
}
