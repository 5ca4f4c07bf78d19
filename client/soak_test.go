package client_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// faulty gives one request in a hundred another answer than its own: a 429, and to a login anything at all.
type faulty struct {
	http.RoundTripper
	login string      // path
	held  func() bool // whether there is a live token: without one a login's fault cannot be hidden from the caller

	mu     sync.Mutex
	random *rand.Rand
	faults int
	logins int // while there is a token
}

func (f *faulty) RoundTrip(req *http.Request) (*http.Response, error) {
	held := f.held()
	f.mu.Lock()
	strikes, kind := f.random.IntN(100) == 0, 0
	if req.URL.Path == f.login && held {
		// Of these there are few, so it is one in three, of each kind in turn.
		f.logins++
		strikes, kind = f.logins%3 == 0, f.logins/3%5
	} else if req.URL.Path == f.login {
		strikes = false
	}
	if strikes {
		f.faults++
	}
	f.mu.Unlock()
	if !strikes {
		return f.RoundTripper.RoundTrip(req)
	}
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	answer := func(status int, contentType, body string) (*http.Response, error) {
		header := http.Header{"Content-Type": {contentType}}
		if status == http.StatusTooManyRequests {
			header.Set("Retry-After", "3")
		}
		return &http.Response{
			StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req,
		}, nil
	}
	switch kind {
	case 0:
		return answer(http.StatusTooManyRequests, "application/json", "{}")
	case 1:
		return answer(http.StatusServiceUnavailable, "application/json", "{}")
	case 2:
		return answer(http.StatusForbidden, "text/html", "<html>go away</html>")
	case 3:
		return nil, errors.New("connection reset by peer")
	default: // no answer at all
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
}

// A day of steady traffic with faults, and a revocation now and then.
func TestADayOfTraffic(t *testing.T) {
	const (
		day      = 24 * time.Hour
		lifetime = time.Hour
		callers  = 4
		pace     = 20 * time.Second // of each caller
	)
	synctest.Test(t, func(t *testing.T) {
		goroutines := runtime.NumGoroutine()
		srv := bleepayService.start(t, sandbox.Config{TokenLifetime: lifetime, Latency: 50 * time.Millisecond})
		net := &faulty{RoundTripper: srv.Transport(), login: bleepayService.loginPath, random: rand.New(rand.NewPCG(1, 2))}
		c := bleepayService.client(t, srv, client.WithTransport(net))
		began := time.Now()
		revocations := []time.Duration{5*time.Hour + 20*time.Minute, 13*time.Hour + 5*time.Minute, 20 * time.Hour}
		for _, after := range revocations {
			time.AfterFunc(after, srv.RevokeAll)
		}
		net.held = func() bool {
			s, now := c.Status(), time.Now()
			revoked := slices.ContainsFunc(revocations, func(after time.Duration) bool {
				at := began.Add(after)
				return !at.After(now) && s.TokenReceived.Before(at)
			})
			return now.Before(s.Expiry) && !revoked
		}
		calls := 0
		var mu sync.Mutex
		atOnce(callers, func(i int) {
			time.Sleep(time.Duration(i) * pace / callers)
			hc := c.HTTPClient()
			for time.Since(began) < day {
				resp, err := fetch(t.Context(), hc, c.BaseURL()+bleepayService.resource)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Errorf("after %s: %v, %v", time.Since(began), resp, err)
				}
				mu.Lock()
				calls++
				mu.Unlock()
				time.Sleep(pace)
			}
		})

		// Each login serves for 55 min, until its refresh; a revocation begins anew.
		want := 0
		for i, from := range append([]time.Duration{0}, revocations...) {
			until := append(slices.Clone(revocations), day)[i]
			want += 1 + int((until-from)/(lifetime-refreshWindow(lifetime)))
		}
		if got := srv.Counts().Logins; got < want-2 || got > want+2 {
			t.Errorf("%d logins; want %d ± 2", got, want)
		}
		if faults := net.faults; faults < calls/200 || faults > calls/50 {
			t.Errorf("%d faults in %d calls; want about 1 %%", faults, calls)
		}
		if n := c.Status().Failures; n < 4 {
			t.Errorf("%d logins met a fault: this shows little", n)
		}
		// synctest waits for the bubble's goroutines to end, and fails if one cannot.
		synctest.Wait()
		if left := runtime.NumGoroutine(); left > goroutines {
			t.Errorf("%d goroutines; %d when it began", left, goroutines)
		}
	})
}
