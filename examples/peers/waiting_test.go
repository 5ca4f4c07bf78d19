package peers

import (
	"context"
	"fmt"
	"testing"
	"time"
)

const (
	patience = 3 * time.Second        // for what happens at once, on a machine that has other work, too
	settling = 300 * time.Millisecond // for what cannot be seen from outside
)

// waiterReturns has a caller whose ctx ends after 50 ms, while the login of another one hangs.
func waiterReturns(t *testing.T, p peer) cell {
	first := beginHangingLogin(t, p)
	defer first.end(t)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	select {
	case err := <-first.call(ctx):
		if err == nil {
			t.Errorf("%s: a call without a login succeeded", p.name)
		}
		return yesNo(true, fmt.Sprintf("%d ms", time.Since(start).Milliseconds()))
	case <-time.After(patience):
		return yesNo(false, "with the login")
	}
}

// loginGoesOn has a caller that waits for the login of another one, who gives up.
func loginGoesOn(t *testing.T, p peer) cell {
	first := beginHangingLogin(t, p)
	waiter := first.call(t.Context())
	<-time.After(settling) // until it waits
	first.giveUp()
	<-time.After(settling) // until that has had its effect
	first.end(t)
	if err := <-waiter; err != nil {
		return yesNo(false, "the others fail")
	}
	logins := first.world.logins.Load()
	return yesNo(logins == 1, fmt.Sprintf("logins: %d", logins))
}

// hangingLogin is a library in which a call has begun a login that hangs.
type hangingLogin struct {
	library
	world   *world
	giveUp  context.CancelFunc
	release chan struct{}
	calls   []<-chan struct{} // closed when a call has ended
}

func beginHangingLogin(t *testing.T, p peer) *hangingLogin {
	h := &hangingLogin{world: &world{newAuthority(), new(service)}, release: make(chan struct{})}
	h.world.hangs = h.release
	h.library = p.open(t, h.world)
	var ctx context.Context
	ctx, h.giveUp = context.WithCancel(t.Context())
	h.call(ctx)
	select {
	case <-h.world.begun:
	case <-time.After(time.Minute):
		t.Fatalf("%s: no login in a minute", p.name)
	}
	return h
}

// call uses the library in a goroutine of its own, and yields the error.
func (h *hangingLogin) call(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		done <- h.use(ctx)
	}()
	h.calls = append(h.calls, ended)
	return done
}

// end lets the login go on, and waits until no call is left.
func (h *hangingLogin) end(t *testing.T) {
	close(h.release)
	for _, ended := range h.calls {
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Fatal("a call did not end")
		}
	}
	h.giveUp()
}
