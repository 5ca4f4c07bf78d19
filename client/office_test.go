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
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// office is a service whose tokens do not tell when they end.
type office struct {
	latency    time.Duration
	lag        time.Duration               // time in which a new token is not known yet
	life       time.Duration               // of a session; 0: without end
	oneSession bool                        // a login ends the session before
	closed     func(method, p string) bool // answers 401 to every token; nil: no route
	public     func(path string) bool      // takes every token; nil: no route

	mu              sync.Mutex
	sessions        map[string]time.Time // when they began
	revoked, logins []time.Time
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
	o.revoked = append(o.revoked, time.Now())
}

// history returns the times of all revocations and logins.
func (o *office) history() (revoked, logins []time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.revoked), slices.Clone(o.logins)
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
	_, logins := o.history()
	t.Logf("%d logins, at most %d in 5 min", len(logins), o.most(5*time.Minute))
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
