package hostile_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// stage is where a case is played: a site, and a transport that leads there.
type stage struct {
	*site
	*witnesses // nil in a bubble, whose timers end with it
	baseURL    string
	transport  *http.Transport
}

// patience is the deadline of every call, so that a case that hangs fails.
const patience = 10 * time.Minute

// playLogin logs in at a hostile site, twice.
func (s stage) playLogin(t *testing.T, r row, act script, w *want) {
	s.begin(r, act, true)
	c := s.client(t)
	began := time.Now()
	token, err := c.Token(s.context(t))
	took := time.Since(began)
	w.checkLogin(t, token, err)
	if r.slow && (took < w.least || took > w.most) {
		t.Errorf("it took %s; want %s to %s", took, w.least, w.most)
	}
	logins, _ := s.counts()
	if logins != times(w.calls) && !r.connect {
		t.Errorf("%d logins; want %d", logins, times(w.calls))
	}
	if w.limit > 0 {
		return
	}
	// A second call finds the token, or a pause.
	resp, again := c.HTTPClient().Do(s.get(t))
	if resp != nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	if now, requests := s.counts(); now != logins || requests > 0 != (err == nil) {
		t.Errorf("a second call: %v, %d logins and %d requests", again, now-logins, requests)
	}
	if err != nil {
		w.checkLogin(t, client.Token{}, again)
	} else if got, want := s.last().header["Authorization"], "Bearer "+token.Value(); len(got) != 1 || got[0] != want {
		t.Errorf("the request after it carried %.100q; want %.100q", got, want)
	}
}

// playRequest sends a GET to a hostile site, where a login went well.
func (s stage) playRequest(t *testing.T, r row, act script) {
	c := s.client(t)
	if _, err := c.Token(s.context(t)); err != nil {
		t.Fatal(err)
	}
	s.begin(r, act, false)
	began := time.Now()
	resp, err := c.HTTPClient().Do(s.get(t))
	var reading error
	if err == nil {
		_, reading = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		_ = resp.Body.Close()
	}
	took := time.Since(began)
	r.api.checkAPI(t, resp, err, reading)
	if r.slow && (took < r.api.least || took > r.api.most) {
		t.Errorf("it took %s; want %s to %s", took, r.api.least, r.api.most)
	}
	logins, requests := s.counts()
	s.wantHonest(t, r, c)
	if logins != times(r.api.logins) || requests != times(r.api.calls) && !r.connect {
		t.Errorf("%d requests, %d logins; want %d, %d", requests, logins, times(r.api.calls), times(r.api.logins))
	}
}

// wantHonest checks that what came does no harm to a later request.
func (s stage) wantHonest(t *testing.T, r row, c *client.Client) {
	t.Helper()
	if r.slow || r.tls != "" || r.follows {
		return
	}
	s.set(nil, nil, nil)
	resp, err := c.HTTPClient().Do(s.get(t))
	if err != nil {
		t.Errorf("the next request: %v", err)
		return
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || string(body) != honest {
		t.Errorf("the next request: HTTP %d, %.100q, %v; want %s", resp.StatusCode, body, err, honest)
	}
}

// times returns how often something is to come: 0 stands for once.
func times(n int) int {
	switch n {
	case 0:
		return 1
	case none:
		return 0
	default:
		return n
	}
}

// begin makes the site hostile.
func (s stage) begin(r row, act script, login bool) {
	switch {
	case r.connect:
		s.set(nil, nil, act)
	case login:
		s.set(act, nil, nil)
	default:
		s.set(nil, act, nil)
	}
	if r.tls != "" {
		s.trust(r.tls)
		s.transport.CloseIdleConnections()
	}
}

func (s stage) client(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(s.service.login(s.baseURL), client.WithTransport(s.transport))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s stage) get(t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(s.context(t), http.MethodGet, s.baseURL+s.service.Resource, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// context returns a context that is done some day, and whose values are watched.
func (s stage) context(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	if s.witnesses != nil {
		ctx = s.watch(ctx, t.Name())
	}
	return ctx
}

// play plays a row at a service: a login or an API request.
func play(t *testing.T, net *network, s service, r row, login bool) {
	w := r.at[s.Name]
	if w == nil {
		w = r.login
	}
	script := r.answer(s)
	act := func(t *testing.T, st stage) {
		if login {
			st.playLogin(t, r, script, w)
		} else {
			st.playRequest(t, r, script)
		}
	}
	if r.slow {
		synctest.Test(t, func(t *testing.T) {
			st := piped(s, r.tls)
			act(t, st)
			close(st.ended)
			st.transport.CloseIdleConnections()
			synctest.Wait()
			if n := st.connections(); n > 0 {
				t.Errorf("%d connections are left", n)
			}
		})
		return
	}
	before, allocated := runtime.NumGoroutine(), allocations()
	act(t, net.stage(s, r.tls))
	if login && !raced && allocations()-allocated > mostMemory && !t.Failed() {
		net.wantLittleMemory(t, s, r, script, w)
	}
	net.settle(t, before)
}

// piped returns a stage whose connections are pipes, for a bubble.
func piped(s service, by trust) stage {
	st := stage{site: &site{service: s, ended: make(chan struct{})}, baseURL: "http://127.0.0.1", transport: client.DefaultTransport()}
	if by != "" {
		st.baseURL = "https://127.0.0.1"
		st.tls, st.transport.TLSClientConfig = good.server(), by.client()
	}
	st.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go st.serve(theirs)
		return ours, nil
	}
	return st
}
