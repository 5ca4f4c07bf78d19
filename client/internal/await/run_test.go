package await_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// Run gives late the success that came too late, and nothing else.
func TestRunTellsOfALateSuccess(t *testing.T) {
	failure := errors.New("failure")
	for name, tt := range map[string]struct {
		takes     time.Duration
		err, want error
		late      bool
	}{
		"success":      {0, nil, nil, false},
		"failure":      {0, failure, failure, false},
		"late success": {time.Minute, nil, context.DeadlineExceeded, true},
		"late failure": {time.Minute, failure, context.DeadlineExceeded, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			late := false
			f := func(context.Context) error { time.Sleep(tt.takes); return tt.err }
			if err := await.Run(ctx, "f", f, func() { late = true }); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v; want %v", name, err, tt.want)
			}
			if err := await.Run(ctx, "f", f, nil); tt.takes > 0 && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v without late", name, err)
			}
			time.Sleep(time.Hour)
			if synctest.Wait(); late != tt.late {
				t.Errorf("%s: told of it late: %t", name, late)
			}
		})
	}
}

// What is done just when the context ends is returned or given to late, and never both.
func TestDoGivesAResultOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 100 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			late := 0
			f := func(context.Context) (int, error) { time.Sleep(time.Second); return 7, nil }
			got, err := await.Do(ctx, "f", f, func(v int) { late = v })
			synctest.Wait()
			if returned := got == 7 && err == nil; returned == (late == 7) || !returned && (got != 0 || err == nil) {
				t.Errorf("%d, %v, and late got %d", got, err, late)
			}
			cancel()
		}
	})
}

// A nil in an interface is no value: a call of its methods would panic.
func TestIsNil(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    any
		want bool
	}{
		{"nil", nil, true},
		{"pointer", (*int)(nil), true},
		{"map", map[string]int(nil), true},
		{"slice", []int(nil), true},
		{"function", (func())(nil), true},
		{"channel", (chan int)(nil), true},
		{"a pointer to something", new(int), false},
		{"an empty map", map[string]int{}, false},
		{"an empty slice", []int{}, false},
		{"a function of something", func() {}, false},
		{"zero", 0, false},
		{"a struct", struct{}{}, false},
	} {
		if got := await.IsNil(tt.v); got != tt.want {
			t.Errorf("%s is nil: %t", tt.name, got)
		}
	}
}
