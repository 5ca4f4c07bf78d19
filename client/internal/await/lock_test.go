package await_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

func TestP9LockAndUnlock(t *testing.T) {
	unlocked := 0
	unlock, err := await.Lock(t.Context(), time.Second, func(context.Context) (func(), error) {
		return func() { unlocked++ }, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := await.Unlock(time.Second, unlock); err != nil || unlocked != 1 {
		t.Errorf("%v, unlocked %d times; want once", err, unlocked)
	}
	failure := errors.New("failure")
	unlock, err = await.Lock(t.Context(), time.Second, func(context.Context) (func(), error) { return nil, failure })
	if unlock != nil || !errors.Is(err, failure) {
		t.Errorf("%v; want the lock's error", err)
	}
	if err := await.Unlock(time.Second, nil); err != nil {
		t.Errorf("%v of no lock", err)
	}
}

// A lock that comes when nobody waits any more is not held until its holder dies.
func TestP9LateLockIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var unlocked time.Time
		began := time.Now()
		unlock, err := await.Lock(ctx, time.Second, func(context.Context) (func(), error) {
			time.Sleep(time.Minute)
			return func() { unlocked = time.Now() }, nil
		})
		if unlock != nil || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s; want the deadline's error after 1 s", err, time.Since(began))
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if took := unlocked.Sub(began); took != time.Minute {
			t.Errorf("released after %s; want as soon as it came", took)
		}
	})
}

// A user's unlock harms nobody who waits for it.
func TestP9UnlockEndsInTime(t *testing.T) {
	for name, tt := range map[string]struct {
		unlock func()
		takes  time.Duration
		fails  bool
	}{
		"returns": {func() { time.Sleep(time.Second - 1) }, time.Second - 1, false},
		"panics":  {func() { panic("no") }, 0, true},
		"hangs":   {func() { time.Sleep(time.Minute) }, time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			if err := await.Unlock(time.Second, tt.unlock); (err != nil) != tt.fails || time.Since(began) != tt.takes {
				t.Errorf("%s: %v after %s; want it after %s", name, err, time.Since(began), tt.takes)
			}
			time.Sleep(time.Hour)
		})
	}
}

// badError panics if it is printed.
type badError struct{}

func (badError) Error() string { panic("no") }

// An error of a user's lock that cannot be printed is found out where a panic harms nobody.
func TestP9LockWithABadError(t *testing.T) {
	_, err := await.Lock(t.Context(), time.Second, func(context.Context) (func(), error) { return nil, badError{} })
	if want := "it panicked with a string"; err == nil || err.Error() != want {
		t.Errorf("%v; want %q", err, want)
	}
	if err := await.Tried(nil); err != nil {
		t.Errorf("no error becomes %v", err)
	}
}
