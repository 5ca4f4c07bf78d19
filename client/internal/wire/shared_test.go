package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/resend"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// A request that comes while another waits out a 429 of its route waits as well, if waits are shared.
func TestT4SharedWaitHoldsOthersBack(t *testing.T) {
	for shared, want := range map[bool]time.Duration{true: 7 * time.Second, false: 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{answers: []answer{tooMany, {status: http.StatusOK}}}
			r := wire.NewRetry(s, wire.NewPolicy(4, time.Minute, shared))
			began := time.Now()
			done := make(chan error, 2)
			for _, later := range []time.Duration{0, 2 * time.Second} {
				go func() {
					time.Sleep(later)
					resp, err := r.RoundTrip(newRequest(t, http.MethodGet, "https://own.example/a", ""))
					if err == nil {
						_ = resp.Body.Close()
					}
					done <- err
				}()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			if second := s.at[1].Sub(began); second != want || len(s.at) != 3 {
				t.Errorf("shared %t: the second of %d requests was sent after %s; want %s", shared, len(s.at), second, want)
			}
		})
	}
}

// A newcomer that waits for another's 429 can be cancelled, and is not sent then.
func TestT4WaitForOthersCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []answer{tooMany, {status: http.StatusOK}}}
		r := wire.NewRetry(s, wire.NewPolicy(4, time.Minute, true))
		var others sync.WaitGroup
		others.Go(func() {
			resp, err := r.RoundTrip(newRequest(t, http.MethodPost, "https://own.example/a", ""))
			if err != nil || read(t, resp) != "" {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		defer time.AfterFunc(2*time.Second, cancel).Stop()
		body := closing{strings.NewReader("hello"), make(chan struct{})}
		req := newRequest(t, http.MethodPost, "https://own.example/a", "").WithContext(ctx)
		req.Body = body
		began := time.Now()
		resp, err := r.RoundTrip(req)
		if took := time.Since(began); resp != nil || !errors.Is(err, context.Canceled) || took != 2*time.Second || !body.isClosed() {
			t.Errorf("%v, %v after %s, its body closed: %t; want it cancelled after 2 s", resp, err, took, body.isClosed())
		}
		others.Wait()
		if len(s.at) != 2 {
			t.Errorf("%d requests were sent; want those of the first caller", len(s.at))
		}
	})
}

// Of two requests that were answered 429 one goes first, and the other waits for its answer. It can be cancelled there.
func TestT4WaitForTheOneThatGoesFirstCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answered := make(chan struct{})
		var goesFirst atomic.Pointer[string]
		r := wire.NewRetry(base(func(req *http.Request) (*http.Response, error) {
			wire.CloseBody(req)
			if resend.Of(req.Context()) == 0 {
				time.Sleep(time.Millisecond) // both are under way
				return tooMany.to(req), nil
			}
			goesFirst.Store(&req.URL.RawQuery)
			<-answered
			return answer{status: http.StatusOK}.to(req), nil
		}), wire.NewPolicy(4, time.Minute, true))
		ends, cancels, bodies := map[string]chan error{}, map[string]func(){}, map[string]closing{}
		for _, who := range []string{"one", "two"} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			end, body := make(chan error, 1), closing{strings.NewReader("hello"), make(chan struct{})}
			ends[who], cancels[who], bodies[who] = end, cancel, body
			req := newRequest(t, http.MethodPost, "https://own.example/a?"+who, "hello").WithContext(ctx)
			req.GetBody = func() (io.ReadCloser, error) { return body, nil }
			go func() {
				resp, err := r.RoundTrip(req)
				if err == nil {
					_ = resp.Body.Close()
				}
				end <- err
			}()
		}
		time.Sleep(10 * time.Second)
		first, waits := "one", "two"
		if *goesFirst.Load() == "two" {
			first, waits = waits, first
		}
		cancels[waits]()
		if err := <-ends[waits]; !errors.Is(err, context.Canceled) || !bodies[waits].isClosed() {
			t.Errorf("%v, its body closed: %t; want it cancelled", err, bodies[waits].isClosed())
		}
		close(answered)
		if err := <-ends[first]; err != nil {
			t.Error(err)
		}
	})
}
