package await_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// One is called at a time. One that hangs keeps its turn for the longest time and no longer, and nobody gets the turn of
// another.
func TestInTurnIsOneAtATime(t *testing.T) {
	const longest = time.Minute
	synctest.Test(t, func(t *testing.T) {
		turns := make(chan struct{}, 1)
		began := time.Now()
		var all sync.WaitGroup
		for i, tt := range []struct{ takes, begins time.Duration }{
			{time.Second, 0},
			{time.Hour, time.Second},                  // it hangs
			{10 * time.Second, time.Second + longest}, // and its end frees the turn of no other
			{time.Hour, 11*time.Second + longest},
			{time.Hour, 11*time.Second + 2*longest},
			{0, 11*time.Second + 3*longest},
		} {
			all.Go(func() {
				got, err := await.InTurn(t.Context(), turns, longest, "f", func() {
					if waited := time.Since(began); waited != tt.begins {
						t.Errorf("turn %d begins after %s; want %s", i, waited, tt.begins)
					}
				}, func(context.Context) (int, error) {
					time.Sleep(tt.takes)
					return i, nil
				})
				if got != i || err != nil {
					t.Errorf("turn %d gives %d, %v", i, got, err)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if len(turns) != 0 {
			t.Error("a turn is left")
		}
	})
}

// A wait for a turn ends with its context, and then f is not called.
func TestInTurnWaitsNoLongerThanItsContext(t *testing.T) {
	turns := make(chan struct{}, 1)
	turns <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := await.InTurn(ctx, turns, time.Minute, "f", func() { t.Error("it begins") },
		func(context.Context) (int, error) { t.Error("it is called"); return 1, nil })
	if got != 0 || !errors.Is(err, context.Canceled) || len(turns) != 1 {
		t.Errorf("%d, %v; want the context's error, and the other's turn kept", got, err)
	}
}
