package client

import (
	"time"

	"github.com/latchkey-go/latchkey/client/internal/queue"
)

// LoginLimit limits the logins at one service, for all who are given the same one, which must be neither copied nor
// changed then. Logins wait with their secret, first come, first served, each as long as one of its callers does. One
// that a 429 sent back goes before those who came later. Early refreshes stand behind.
type LoginLimit struct {
	AtOnce    int           // logins under way; 0: any number
	Logins    int           // logins in one Window, such as the service's quota; 0: any number
	Window    time.Duration // it ends so long after a login's answer, so that no window of the service has more
	ByAddress bool          // the service's own limit is by address: after a 429 no account's login is sent

	queue queue.Queue
}

// WithLoginLimit has logins wait until the limit allows them.
func WithLoginLimit(limit *LoginLimit) Option {
	return func(o *options) error {
		if limit == nil {
			return invalidOption("WithLoginLimit", "must not be nil")
		}
		if limit.AtOnce < 0 || limit.Logins < 0 || limit.Window < 0 {
			return invalidOption("WithLoginLimit", "must not hold negative numbers")
		}
		if limit.Logins > 0 && limit.Window == 0 {
			return invalidOption("WithLoginLimit", "must say in which Window there are so many Logins")
		}
		limit.queue.Limit(limit.AtOnce, limit.Logins, limit.Window)
		o.limit = limit
		return nil
	}
}
