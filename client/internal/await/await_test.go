package await_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

func TestDoReturnsWhatFReturns(t *testing.T) {
	failure := errors.New("failure")
	got, err := await.Do(t.Context(), "f", func(context.Context) (int, error) { return 7, failure }, nil)
	if got != 7 || !errors.Is(err, failure) {
		t.Errorf("%d, %v; want 7 and f's error", got, err)
	}
}

func TestDoSurvivesF(t *testing.T) {
	var none map[string]int
	for want, f := range map[string]func(){
		"f panicked: assignment to entry in nil map": func() { none["x"] = 1 },
		"f panicked with a string":                   func() { panic("hunter2") },
		"f panicked with a *errors.errorString":      func() { panic(errors.New("hunter2")) },
		"f ended its goroutine":                      runtime.Goexit,
	} {
		_, err := await.Do(t.Context(), "f", func(context.Context) (int, error) { f(); return 0, nil }, nil)
		if err == nil || err.Error() != want {
			t.Errorf("%v; want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: it holds what was panicked with", err)
		}
	}
}

func TestDoLeavesADeafFBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		deaf := func(context.Context) (string, error) {
			time.Sleep(time.Minute)
			return "late", nil
		}
		began := time.Now()
		late := make(chan string, 1)
		_, err := await.Do(ctx, "f", deaf, func(s string) { late <- s })
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s; want the deadline's error after 1 s", err, time.Since(began))
		}
		if got := <-late; got != "late" || time.Since(began) != time.Minute {
			t.Errorf("%q after %s; want what f returned after all", got, time.Since(began))
		}
		_, _ = await.Do(ctx, "f", deaf, nil)
		time.Sleep(time.Minute)
		synctest.Wait() // fails if a goroutine is left
	})
}

func TestDoGivesNoFailureToLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _ = await.Do(ctx, "f", func(context.Context) (int, error) {
			time.Sleep(time.Minute)
			return 0, errors.New("failure")
		}, func(int) { t.Error("late got the value of an f that failed") })
		time.Sleep(time.Minute)
		synctest.Wait()
	})
}

// A context that is done at once does not keep f from running.
func TestDoCallsFThoughCtxIsDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	called := make(chan bool, 1)
	_, _ = await.Do(ctx, "f", func(context.Context) (int, error) { called <- true; return 0, nil }, nil)
	<-called
}
