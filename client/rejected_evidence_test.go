package client_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// After each of some revocations the open routes are answered 401 for 2 s at most, at the price of 3 logins, whatever
// else goes on.
func TestP8Revocation(t *testing.T) {
	t.Parallel()
	ids := func(path func(i int) string) []traffic {
		return []traffic{{path: path, every: time.Second, open: true}}
	}
	closed33 := traffic{path: always("/closed"), every: 30 * time.Millisecond}
	public := traffic{path: always("/public"), every: 100 * time.Millisecond}
	steady := traffic{path: always("/open"), every: time.Second, open: true}
	uuid := func(i int) string {
		hex := code(i, 32, "0123456789abcdef")
		return fmt.Sprintf("/jobs/%s-%s-4%s-%s-%s", hex[:8], hex[8:12], hex[13:16], hex[16:20], hex[20:])
	}
	for name, tt := range map[string]struct {
		lag     time.Duration
		traffic []traffic
	}{
		"numbers":      {traffic: ids(each("/jobs/%d"))},
		"UUIDs":        {traffic: ids(uuid)},
		"ULIDs":        {traffic: ids(func(i int) string { return "/jobs/01" + code(i, 24, base32) + "/steps" })},
		"hex":          {traffic: ids(func(i int) string { return "/files/" + code(i, 40, "0123456789abcdef") })},
		"short hex":    {traffic: ids(func(i int) string { return "/commits/" + code(i, 7, "0123456789abcdef") })},
		"base64url":    {traffic: ids(func(i int) string { return "/files/" + code(i, 16, base64url) })},
		"addresses":    {traffic: ids(each("/users/anna.lind%d@example.com"))},
		"prefixed IDs": {traffic: ids(func(i int) string { return "/customers/cus_" + code(i, 14, base64url[:62]) })},
		"files":        {traffic: ids(each("/reports/2026-02-%d.pdf"))},
		"names":        {traffic: ids(named("/users/"))},
		"10,000 paths": {traffic: []traffic{{
			path: func(i int) string { return fmt.Sprint("/jobs/", unlike(i%10_000)) }, every: 10 * time.Millisecond, open: true,
		}, steady}},
		"10,000 names": {traffic: []traffic{{
			path: func(i int) string { return named("/users/")(i % 10_000) }, every: 10 * time.Millisecond, open: true,
		}, steady}},
		"replica half a second late": {
			lag:     500 * time.Millisecond,
			traffic: []traffic{steady, {path: always("/often"), every: 50 * time.Millisecond, open: true}, closed33},
		},
		"closed route":               {traffic: []traffic{closed33, steady}},
		"closed route, rarely asked": {traffic: []traffic{closed33, {path: always("/open"), every: 10 * time.Second, open: true}}},
		"public route":               {traffic: []traffic{public, steady}},
		"closed and public route":    {traffic: []traffic{closed33, public, steady}},
		"64 closed and a public route": {traffic: []traffic{public, steady, {
			path: func(i int) string { return named("/closed/")(i%64) + fmt.Sprint("/", i) }, every: 100 * time.Millisecond,
		}}},
		"closed IDs beside open ones": {traffic: []traffic{
			{path: each("/docs/1000%d"), every: 100 * time.Millisecond, open: true},
			{path: each("/docs/66%d"), every: 100 * time.Millisecond},
		}},
		"closed paths with IDs": {traffic: []traffic{
			{path: each("/jobs/%d"), every: time.Second, open: true}, {path: each("/closed/%d"), every: time.Second},
		}},
		"uploads too": {traffic: []traffic{closed33, steady, {path: each("/files/%d"), every: time.Second, once: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{lag: tt.lag, latency: 20 * time.Millisecond}
				o.closed = func(_, path string) bool {
					return strings.HasPrefix(path, "/closed") || strings.HasPrefix(path, "/docs/66")
				}
				o.public = func(path string) bool { return path == "/public" }
				c := o.client(t)
				mustToken(t, c)
				time.Sleep(o.lag)
				const revocations, apart = 3, 4 * time.Minute
				for i := range revocations {
					time.AfterFunc(time.Duration(i+1)*apart+7*time.Millisecond, o.revokeAll)
				}
				refused := run(t, c, (revocations+1)*apart, tt.traffic...)
				causes, logins := o.history()
				var after [revocations]int // logins within 10 s
				for i, revoked := range causes {
					for _, at := range logins {
						if since := at.Sub(revoked); 0 <= since && since < 10*time.Second {
							after[i]++
						}
					}
				}
				if o.lag > 0 {
					causes = append(causes, logins...) // a new token that is not known yet may be a closed route's
				}
				worst := refused.longestAfter(causes)
				if worst > 2*time.Second {
					t.Errorf("open routes are answered 401 for %s after a revocation", worst)
				}
				if n := slices.Max(after[:]); n > 3 {
					t.Errorf("%d logins after a revocation; want at most 3", n)
				}
				t.Logf("%v logins after the revocations, %d in all; %d times 401, for %s at most", after, len(logins), len(refused.at), worst)
			})
		})
	}
}

// A TokenStore gives the token of another Client, which was revoked as well.
func TestP8RevocationAndAnothersDeadToken(t *testing.T) {
	t.Parallel()
	for name, beside := range map[string][]traffic{
		"alone":               nil,
		"beside closed route": {{path: always("/closed"), every: 30 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{closed: below("/closed"), latency: 20 * time.Millisecond}
				store := &clienttest.MemoryStore{}
				stored := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords()}
				c, other := o.client(t, stored...), o.client(t, stored...)
				all := append(beside, traffic{path: each("/jobs/%d"), every: time.Second, open: true})
				time.AfterFunc(2*time.Minute, func() {
					for place := range store.Records() {
						_ = store.Delete(t.Context(), place)
					}
					mustToken(t, other)
					o.revokeAll()
				})
				refused := run(t, c, 10*time.Minute, all...)
				causes, _ := o.history()
				if worst := refused.longestAfter(causes); worst > 2*time.Second {
					t.Errorf("open routes are answered 401 for %s after the revocation", worst)
				}
				if n := o.loginsSince(causes[0].Add(time.Nanosecond)); len(beside) == 0 && n > 3 {
					t.Errorf("%d logins; want at most 3", n)
				}
				o.wantFew(t)
			})
		})
	}
}

// Routes that answer 401 to every token cost few logins, and harm no open one.
func TestP8ClosedRoutes(t *testing.T) {
	t.Parallel()
	open := traffic{path: always("/open"), every: time.Second, open: true}
	public := traffic{path: always("/public"), every: 500 * time.Millisecond, open: true}
	for name, all := range map[string][]traffic{
		"one":          {{path: always("/closed"), every: 100 * time.Millisecond}, open},
		"one, alone":   {{path: always("/closed"), every: 300 * time.Millisecond}},
		"64 with IDs":  {{path: func(i int) string { return fmt.Sprint(named("/closed/")(i%64), "/", i) }, every: 500 * time.Millisecond}, open},
		"64 in a row":  {{path: func(i int) string { return fmt.Sprint(named("/closed/")(i/100%64), "/", i) }, every: 500 * time.Millisecond}, open},
		"of IDs":       {{path: each("/closed/%d"), every: 500 * time.Millisecond}, open},
		"of names":     {{path: named("/closed/"), every: 500 * time.Millisecond}, open},
		"all":          {{path: func(i int) string { return named("/closed/")(i % 50) }, every: 500 * time.Millisecond}},
		"all, names":   {{path: named("/closed/"), every: 500 * time.Millisecond}},
		"all but one":  {{path: func(i int) string { return named("/closed/")(i % 50) }, every: 500 * time.Millisecond}, public},
		"of uploads":   {{path: each("/closed/%d"), every: time.Second, once: true}, open},
		"among open":   {{path: each("/closed/%d"), every: 500 * time.Millisecond}, {path: each("/closed/1000%d"), every: 500 * time.Millisecond, open: true}},
		"among rare":   {{path: each("/closed/%d"), every: 500 * time.Millisecond}, {path: each("/closed/1000%d"), every: 10 * time.Second, open: true}},
		"among seldom": {{path: each("/closed/%d"), every: 500 * time.Millisecond}, {path: each("/closed/1000%d"), every: 90 * time.Second, open: true}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{latency: 20 * time.Millisecond, public: func(path string) bool { return path == "/public" }}
				o.closed = func(_, path string) bool {
					return strings.HasPrefix(path, "/closed") && !strings.HasPrefix(path, "/closed/1000")
				}
				if refused := run(t, o.client(t), 65*time.Minute, all...); len(refused.at) > 0 {
					t.Errorf("open routes are answered 401 %d times", len(refused.at))
				}
				o.wantFew(t)
			})
		})
	}
}

// It makes no difference how often the routes are asked, closed and open ones.
func TestP8ClosedRoutesAtAnyPace(t *testing.T) {
	t.Parallel()
	for _, closed := range []time.Duration{300 * time.Millisecond, time.Second, 7 * time.Second, time.Minute} {
		for _, opened := range []time.Duration{time.Second, 1700 * time.Millisecond, 10 * time.Second, 2 * time.Minute} {
			t.Run(fmt.Sprintf("closed every %s, open every %s", closed, opened), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := &office{latency: 20 * time.Millisecond, closed: below("/closed")}
					refused := run(t, o.client(t), 65*time.Minute,
						traffic{path: func(i int) string { return named("/closed/")(i % 64) }, every: closed},
						traffic{path: always("/open"), every: opened, open: true})
					if len(refused.at) > 0 {
						t.Errorf("open routes are answered 401 %d times", len(refused.at))
					}
					o.wantFew(t)
				})
			})
		}
	}
}

// An account whose routes are all closed after a while, as when a subscription ends, costs few logins too.
func TestP8ClosedAfterAWhile(t *testing.T) {
	t.Parallel()
	for name, public := range map[string]bool{"all": false, "all but a public one": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{latency: 20 * time.Millisecond}
				if public {
					o.public = func(path string) bool { return path == "/public" }
				}
				ended := time.Now().Add(10 * time.Minute)
				o.closed = func(string, string) bool { return time.Now().After(ended) }
				run(t, o.client(t), 80*time.Minute,
					traffic{path: func(i int) string { return named("/jobs/")(i % 50) }, every: 500 * time.Millisecond},
					traffic{path: always("/public"), every: 500 * time.Millisecond})
				o.wantFew(t)
			})
		})
	}
}

// A route that is taken from the account and given back is like any other again.
func TestP8RouteThatIsOpenAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{latency: 20 * time.Millisecond}
		began := time.Now()
		o.closed = func(_, path string) bool {
			return path == "/taken" && time.Since(began) > 5*time.Minute && time.Since(began) < 10*time.Minute
		}
		time.AfterFunc(12*time.Minute, o.revokeAll)
		c := o.client(t)
		run(t, c, 11*time.Minute, traffic{path: always("/taken"), every: 100 * time.Millisecond},
			traffic{path: always("/open"), every: time.Second, open: true})
		before := o.loginsSince(time.Time{})
		refused := run(t, c, 2*time.Minute, traffic{path: always("/taken"), every: 100 * time.Millisecond, open: true})
		if n := o.loginsSince(time.Time{}) - before; n != 1 || len(refused.at) > 0 {
			t.Errorf("%d logins and %d times 401 after a revocation; want 1 and none", n, len(refused.at))
		}
	})
}

// Sessions that end after a minute and do not say so: one login each, and nobody notices.
func TestP8ShortSessionsUnannounced(t *testing.T) {
	t.Parallel()
	for name, beside := range map[string][]traffic{
		"alone":               nil,
		"beside public route": {{path: always("/public"), every: 100 * time.Millisecond}},
		"beside uploads":      {{path: each("/files/%d"), every: 7 * time.Second, once: true}},
		"beside closed route": {{path: always("/closed"), every: 500 * time.Millisecond}},
	} {
		for _, path := range []func(int) string{always("/jobs"), each("/jobs/%d")} {
			t.Run(name+" "+path(1), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := &office{life: time.Minute, closed: below("/closed"), public: func(path string) bool { return path == "/public" }}
					all := append(slices.Clone(beside), traffic{path: path, every: time.Second, open: true})
					if refused := run(t, o.client(t), 2*time.Hour, all...); len(refused.at) > 0 {
						t.Errorf("%d requests failed", len(refused.at))
					}
					n := o.loginsSince(time.Time{})
					if name != "beside closed route" && n > 125 || n > 125+25 {
						t.Errorf("%d logins; want one a minute", n)
					}
					t.Logf("%d logins", n)
				})
			})
		}
	}
}

// Two Clients at a service that keeps one session per account end each other's sessions. They take turns, and neither
// logs in per request.
func TestP8TwoClientsOfOneSession(t *testing.T) {
	t.Parallel()
	for _, latency := range []time.Duration{0, 20 * time.Millisecond, 300 * time.Millisecond} {
		t.Run(latency.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &office{oneSession: true, latency: latency}
				var logins [2]int64
				var both sync.WaitGroup
				for i := range logins {
					c := o.client(t)
					both.Go(func() {
						time.Sleep(time.Duration(i) * 50 * time.Millisecond)
						run(t, c, 10*time.Minute, traffic{path: each("/jobs/%d"), every: 100 * time.Millisecond})
						logins[i] = c.Status().Logins
					})
				}
				both.Wait()
				if slices.Max(logins[:]) > 40 || slices.Min(logins[:]) < 5 {
					t.Errorf("%d logins; want at most 40 each, and some", logins)
				}
				t.Logf("%d logins", logins)
			})
		})
	}
}

// What a 401 cost is given back if its login gave no token: failed logins do not use up what later ones need.
func TestP8FailedLoginsCostNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{latency: 20 * time.Millisecond}
		down := false
		login := fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static("x"),
			login: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				if down {
					return client.Token{}, &client.LoginError{Service: "own", Kind: client.ErrUnavailable}
				}
				return o.login(ctx, hc, secret)
			},
		}
		c := newClient(t, login, client.WithTransport(o))
		get(t, c, "/jobs/1")
		o.revokeAll()
		down = true
		for range 100 {
			_, _ = fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/jobs/2")
			time.Sleep(2 * time.Minute) // longer than any pause after a failed login
		}
		down = false
		for range 3 {
			if status := get(t, c, "/jobs/3"); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
			o.revokeAll()
			time.Sleep(time.Minute)
		}
	})
}

// A rejected token stays in use until there is another: a closed route's login takes its time, and others go on.
func TestP8RejectedTokenServesOthersMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{closed: below("/closed")}
		login := fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static("x"),
			login: func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				time.Sleep(20 * time.Second)
				return o.login(ctx, hc, secret)
			},
		}
		c := newClient(t, login, client.WithTransport(o))
		mustToken(t, c)
		go func() { _, _ = fetch(t.Context(), c.HTTPClient(), c.BaseURL()+"/closed") }()
		for range 30 {
			began := time.Now()
			if status := get(t, c, "/open"); status != http.StatusOK || time.Since(began) > 0 {
				t.Errorf("HTTP %d after %s; want 200 at once", status, time.Since(began))
			}
			time.Sleep(time.Second)
		}
	})
}
