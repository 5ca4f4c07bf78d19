package peers

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// lifetime is that of each token.
const lifetime = time.Hour

// authority is where each library logs in. It counts the logins, and each gives another token.
type authority struct {
	takes  time.Duration   // how long a login takes
	hangs  <-chan struct{} // if set, a login ends when this is closed
	begun  chan struct{}   // has a value as soon as a login has begun
	logins atomic.Int64
}

func newAuthority() *authority { return &authority{begun: make(chan struct{}, 1)} }

// login obeys ctx, as a request to a token endpoint does.
func (a *authority) login(ctx context.Context) (string, error) {
	n := a.logins.Add(1)
	select {
	case a.begun <- struct{}{}:
	default:
	}
	if a.takes > 0 {
		timer := time.NewTimer(a.takes)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	if a.hangs != nil {
		select {
		case <-a.hangs:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return fmt.Sprintf("secret%0194d", n), nil
}
