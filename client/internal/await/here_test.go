package await_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// Whatever a call does, somebody goes on once: after it, or after the limit.
func TestTellHereGoesOnOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		call  func()
		takes time.Duration
	}{
		"returns":                     {func() {}, 0},
		"takes long enough":           {func() { time.Sleep(time.Second - 1) }, time.Second - 1},
		"panics":                      {func() { panic("no") }, 0},
		"ends its goroutine":          {runtime.Goexit, 0},
		"blocks":                      {func() { time.Sleep(time.Minute) }, time.Second},
		"panics late":                 {func() { time.Sleep(time.Minute); panic("no") }, time.Second},
		"ends its goroutine too late": {func() { time.Sleep(time.Minute); runtime.Goexit() }, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				teller := await.NewTeller(time.Second)
				began := time.Now()
				var times atomic.Int64
				goOn := func() {
					times.Add(1)
					if took := time.Since(began); took != tt.takes {
						t.Errorf("it goes on after %s; want %s", took, tt.takes)
					}
				}
				go func() {
					if teller.TellHere(tt.call, goOn) {
						goOn()
					}
				}()
				time.Sleep(2 * time.Second)
				told := false
				if !teller.TellHere(func() { told = true }, func() { t.Error("a call that returns goes on elsewhere") }) {
					t.Error("a call that returns does not go on")
				}
				if blocked := tt.takes == time.Second; told == blocked {
					t.Errorf("another one is told meanwhile: %t", told)
				}
				time.Sleep(time.Hour)
				if teller.Tell(func() { told = true }); !told || times.Load() != 1 {
					t.Errorf("it went on %d times; want once; told at last: %t", times.Load(), told)
				}
			})
		})
	}
}

type key string

// Whatever context another one is, only its values count.
func TestWithValuesTakesOnlyValues(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	done, cancel := context.WithCancel(context.WithValue(t.Context(), key("added"), true))
	cancel()
	for name, values := range map[string]context.Context{
		"none": nil, "that one with a value": context.WithValue(ctx, key("added"), true), "one that is done": done,
		"one that never is": context.WithValue(context.Background(), key("added"), true),
	} {
		got := await.WithValues(ctx, values)
		if added := got.Value(key("added")) != nil; added != (values != nil) || got.Err() != nil {
			t.Errorf("%s: the value is there: %t; %v", name, added, got.Err())
		}
		derived, cancel := context.WithCancel(got)
		defer cancel()
		defer func() {
			if <-derived.Done(); got.Err() == nil {
				t.Errorf("%s: it does not end with the one that it belongs to", name)
			}
		}()
	}
	leave()
}
