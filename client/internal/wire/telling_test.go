package wire_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

func TestT4EachTooManyIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var told []time.Duration
		s := &service{answers: []answer{tooMany, {status: http.StatusTooManyRequests}, {status: http.StatusOK}, {}}}
		plain := wire.NewRetry(s, wire.NewPolicy(4, time.Minute, false))
		r := plain.Telling(func(ctx context.Context, wait time.Duration) {
			if ctx.Value(key{}) != "the request's" {
				t.Error("it is told without the request's context")
			}
			told = append(told, wait)
		})
		for range 2 {
			req := newRequest(t, http.MethodGet, "https://own.example/a", "")
			resp, err := r.RoundTrip(req.WithContext(context.WithValue(req.Context(), key{}, "the request's")))
			if err == nil {
				_ = resp.Body.Close()
			}
		}
		if want := []time.Duration{7 * time.Second, 0}; !slices.Equal(told, want) {
			t.Errorf("told %v; want %v", told, want)
		}
		if plain.Telling(nil) != plain {
			t.Error("another Retry tells nobody, either")
		}
	})
}

// A body of a 429 that does not end keeps nobody waiting.
func TestT4BodyOfATooManyIsNotAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		s := &service{answers: []answer{{status: http.StatusOK}}}
		body := closing{nil, make(chan struct{})}
		body.Reader = io.MultiReader(strings.NewReader("too many"), stall{body.closed})
		r := wire.NewRetry(base(func(req *http.Request) (*http.Response, error) {
			if !first {
				return s.RoundTrip(req)
			}
			first = false
			resp := tooMany.to(req)
			resp.Body = body
			return resp, nil
		}), wire.NewPolicy(4, time.Minute, false))
		began := time.Now()
		resp, err := r.RoundTrip(newRequest(t, http.MethodGet, "https://own.example/a", ""))
		if took := time.Since(began); err != nil || resp.StatusCode != http.StatusOK || took != 8*time.Second || !body.isClosed() {
			t.Errorf("%v, %v after %s; want success after 8 s", resp, err, took)
		}
	})
}
