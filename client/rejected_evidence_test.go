package client_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// Promise 8: what a 401 is reason for. The service is a small one that can be closed, slow and forgetful as needed.

// office is a service whose tokens do not tell when they end.
type office struct {
	latency    time.Duration
	lag        time.Duration               // for so long a new token is not known
	life       time.Duration               // of a session; 0: without end
	oneSession bool                        // a login ends the session before
	closed     func(method, p string) bool // answers 401 to every token; nil: no route
	public     func(path string) bool      // takes every token; nil: no route

	mu       sync.Mutex
	sessions map[string]time.Time // when they began
	logins   []time.Time
}

func (o *office) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	time.Sleep(o.latency / 2)
	status := http.StatusOK
	if !o.takes(req.Method, req.URL.Path, strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")) {
		status = http.StatusUnauthorized
	}
	time.Sleep(o.latency - o.latency/2)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

func (o *office) takes(method, path, token string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.public != nil && o.public(path) {
		return true
	}
	began, ok := o.sessions[token]
	age := time.Since(began)
	return ok && age >= o.lag && (o.life == 0 || age < o.life) && (o.closed == nil || !o.closed(method, path))
}

// login gives another token each time.
func (o *office) login(context.Context, *http.Client, string) (client.Token, error) {
	time.Sleep(o.latency)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sessions == nil || o.oneSession {
		o.sessions = map[string]time.Time{}
	}
	value := fmt.Sprint("token-", len(o.logins))
	o.sessions[value] = time.Now()
	o.logins = append(o.logins, time.Now())
	return client.NewToken(client.TokenResponse{Value: value})
}

func (o *office) client(t *testing.T, opts ...client.Option) *client.Client {
	t.Helper()
	account := client.Account{Service: "own", BaseURL: "https://own.example"}
	login := fakeLogin{account: account, secret: client.Static("x"), login: o.login}
	return newClient(t, login, append(opts, client.WithTransport(o))...)
}

func (o *office) revokeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.sessions)
}

// loginsSince returns the number of logins since a time.
func (o *office) loginsSince(from time.Time) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, at := range o.logins {
		if !at.Before(from) {
			n++
		}
	}
	return n
}

// most returns the most logins within any time of a length.
func (o *office) most(within time.Duration) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	most, first := 0, 0
	for i, at := range o.logins {
		for at.Sub(o.logins[first]) > within {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// wantFew checks the bound of logins that do not help.
func (o *office) wantFew(t *testing.T) {
	t.Helper()
	if five, hour := o.most(5*time.Minute), o.most(time.Hour); five > 10 || hour > 30 {
		t.Errorf("%d logins in 5 min, %d in an hour; want at most 10 and 30", five, hour)
	}
	t.Logf("%d logins, at most %d in 5 min", len(o.logins), o.most(5*time.Minute))
}

// traffic is requests to paths, one after the other.
type traffic struct {
	path  func(i int) string
	every time.Duration
	once  bool // with a body that cannot be sent again
	open  bool // it is to be answered 200
}

// refusals are the times of the 401s to open routes.
type refusals struct {
	mu sync.Mutex
	at []time.Time
}

func (r *refusals) add(sent time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = append(r.at, sent)
}

// longestAfter returns how long after its cause a 401 came, at most.
func (r *refusals) longestAfter(causes []time.Time) (longest time.Duration) {
	for _, at := range r.at {
		shortest := time.Duration(math.MaxInt64)
		for _, cause := range causes {
			if after := at.Sub(cause); after > -time.Second { // it may have been sent before
				shortest = min(shortest, max(after, 0))
			}
		}
		longest = max(longest, shortest)
	}
	return longest
}

// run sends traffic for some time, and adds up what became of open routes.
func run(t *testing.T, c *client.Client, span time.Duration, all ...traffic) *refusals {
	t.Helper()
	var refused refusals
	var running sync.WaitGroup
	end := time.Now().Add(span)
	for _, some := range all {
		running.Go(func() {
			hc := c.HTTPClient()
			for i := 0; time.Now().Before(end); i++ {
				sent := time.Now()
				if status := some.send(t, hc, c.BaseURL()+some.path(i)); status != http.StatusOK && some.open {
					refused.add(sent)
				}
				time.Sleep(time.Until(sent.Add(some.every)))
			}
		})
	}
	running.Wait()
	return &refused
}

func (f traffic) send(t *testing.T, hc *http.Client, url string) int {
	t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if f.once {
		method, body = http.MethodPost, io.MultiReader(strings.NewReader("x"))
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Error(err)
		return 0
	}
	resp, err := hc.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func always(path string) func(int) string { return func(int) string { return path } }
func each(format string) func(int) string {
	return func(i int) string { return fmt.Sprintf(format, i) }
}

// named is like each with names in place of numbers, which cannot be told from routes.
func named(prefix string) func(int) string {
	return func(i int) string {
		name := ""
		for i++; i > 0; i /= 26 {
			name += string(rune('a' + i%26))
		}
		return prefix + name
	}
}

func below(prefix string) func(string, string) bool {
	return func(_, path string) bool { return strings.HasPrefix(path, prefix) }
}

// unlike hashes a number, so that IDs of it are not alike.
func unlike(i int) uint64 { return uint64(i+1) * 0x9e3779b97f4a7c15 }

// code writes a number in some alphabet.
func code(i, length int, alphabet string) string {
	var b strings.Builder
	for n := unlike(i); b.Len() < length; n = n*6364136223846793005 + 1442695040888963407 {
		b.WriteByte(alphabet[(n>>33)%uint64(len(alphabet))])
	}
	return b.String()
}

const (
	base32    = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// oneRecord is a TokenStore of one record.
type oneRecord struct {
	mu     sync.Mutex
	record []byte
}

func (s *oneRecord) Get(context.Context, string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record == nil {
		return nil, client.ErrTokenNotFound
	}
	return slices.Clone(s.record), nil
}

func (s *oneRecord) Put(_ context.Context, _ string, record []byte, _ time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = slices.Clone(record)
	return nil
}

func (s *oneRecord) Delete(context.Context, string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = nil
	return nil
}

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
				const revocations, apart = 4, 5 * time.Minute
				var revoked [revocations]time.Time
				var logins [revocations]int // within 10 s
				for i := range revocations {
					time.AfterFunc(time.Duration(i+1)*apart+7*time.Millisecond, func() {
						revoked[i] = time.Now()
						o.revokeAll()
						time.AfterFunc(10*time.Second, func() { logins[i] = o.loginsSince(revoked[i]) })
					})
				}
				refused := run(t, c, (revocations+1)*apart, tt.traffic...)
				causes := revoked[:]
				if o.lag > 0 {
					causes = append(causes, o.logins...) // a new token that is not known yet may be a closed route's
				}
				worst := refused.longestAfter(causes)
				if worst > 2*time.Second {
					t.Errorf("open routes are answered 401 for %s after a revocation", worst)
				}
				if n := slices.Max(logins[:]); n > 3 {
					t.Errorf("%d logins after a revocation; want at most 3", n)
				}
				t.Logf("%v logins after the revocations, %d in all; %d times 401, for %s at most", logins, len(o.logins), len(refused.at), worst)
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
				store := &oneRecord{}
				stored := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords()}
				c, other := o.client(t, stored...), o.client(t, stored...)
				all := append(beside, traffic{path: each("/jobs/%d"), every: time.Second, open: true})
				var revoked time.Time
				time.AfterFunc(2*time.Minute, func() {
					_ = store.Delete(t.Context(), "")
					mustToken(t, other)
					revoked = time.Now()
					o.revokeAll()
				})
				refused := run(t, c, 10*time.Minute, all...)
				if worst := refused.longestAfter([]time.Time{revoked}); worst > 2*time.Second {
					t.Errorf("open routes are answered 401 for %s after the revocation", worst)
				}
				if n := o.loginsSince(revoked.Add(time.Nanosecond)); len(beside) == 0 && n > 3 {
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
	public := traffic{path: always("/public"), every: 100 * time.Millisecond, open: true}
	for name, all := range map[string][]traffic{
		"one":          {{path: always("/closed"), every: 30 * time.Millisecond}, open},
		"one, alone":   {{path: always("/closed"), every: 30 * time.Millisecond}},
		"64 with IDs":  {{path: func(i int) string { return fmt.Sprint(named("/closed/")(i%64), "/", i) }, every: 100 * time.Millisecond}, open},
		"64 in a row":  {{path: func(i int) string { return fmt.Sprint(named("/closed/")(i/100%64), "/", i) }, every: 100 * time.Millisecond}, open},
		"of IDs":       {{path: each("/closed/%d"), every: 100 * time.Millisecond}, open},
		"of names":     {{path: named("/closed/"), every: 100 * time.Millisecond}, open},
		"all":          {{path: func(i int) string { return named("/closed/")(i % 50) }, every: 100 * time.Millisecond}},
		"all, names":   {{path: named("/closed/"), every: 100 * time.Millisecond}},
		"all but one":  {{path: func(i int) string { return named("/closed/")(i % 50) }, every: 100 * time.Millisecond}, public},
		"of uploads":   {{path: each("/closed/%d"), every: time.Second, once: true}, open},
		"among open":   {{path: each("/closed/%d"), every: 100 * time.Millisecond}, {path: each("/closed/1000%d"), every: 100 * time.Millisecond, open: true}},
		"among rare":   {{path: each("/closed/%d"), every: 100 * time.Millisecond}, {path: each("/closed/1000%d"), every: 10 * time.Second, open: true}},
		"among seldom": {{path: each("/closed/%d"), every: 100 * time.Millisecond}, {path: each("/closed/1000%d"), every: 90 * time.Second, open: true}},
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
					traffic{path: func(i int) string { return named("/jobs/")(i % 50) }, every: 100 * time.Millisecond},
					traffic{path: always("/public"), every: 100 * time.Millisecond})
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
		before := len(o.logins)
		refused := run(t, c, 2*time.Minute, traffic{path: always("/taken"), every: 100 * time.Millisecond, open: true})
		if n := len(o.logins) - before; n != 1 || len(refused.at) > 0 {
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
					n := len(o.logins)
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
