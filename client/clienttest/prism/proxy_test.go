package prism_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Whatever the adapters and the typed clients send, and whatever the sandboxes answer, is as the specs say.
func TestProxy(t *testing.T) {
	installed(t)
	exchanges := make([]int, len(services))
	t.Run("of", func(t *testing.T) {
		for i, s := range services {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				p := throughPrism(t, s)
				for _, a := range p.sandbox.Accounts() {
					p.logIn(t, a)
				}
				for _, c := range s.calls {
					if c.public {
						p.call(t, c, p.public(t), 0)
						p.callFails(t, c, p.public(t))
					}
				}
				exchanges[i] = p.check(t)
				p.notices(t)
			})
		}
	})
	total := 0
	for i, n := range exchanges {
		t.Logf("%s: %d requests and %d answers are as the spec says", services[i].name, n, n)
		total += n
	}
	t.Logf("all: %d requests and %d answers", total, total)
}

// proxied is a sandbox behind Prism.
type proxied struct {
	service
	url      string // of Prism
	sandbox  *sandbox.Server
	hc       *http.Transport
	mu       sync.Mutex // guards the fields below
	sent     []string   // requests with the status that their sender got
	received []string   // requests with the status that the sandbox gave
	spoil    bool       // the sandbox's answers lose their fields
}

func throughPrism(t *testing.T, s service) *proxied {
	p := &proxied{service: s, sandbox: s.open(sandbox.Config{}), hc: newTransport(t)}
	t.Cleanup(p.sandbox.Close)
	upstream := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(upstream.Close)
	p.url = start(t, "proxy", s.name, upstream.URL, "--errors")
	return p
}

// serve gives the sandbox's answer.
func (p *proxied) serve(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	p.sandbox.ServeHTTP(answer, r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received = append(p.received, exchange(r, answer.Code))
	body := answer.Body.Bytes()
	if p.spoil {
		body = []byte(`{}`)
		answer.Header().Del("Content-Length")
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}

// RoundTrip implements [http.RoundTripper], by way of Prism.
func (p *proxied) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := p.hc.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, exchange(req, resp.StatusCode)+resp.Header.Get("Sl-Violations")) // of Prism, about its warnings
	return resp, nil
}

func exchange(r *http.Request, status int) string {
	return fmt.Sprintf("%s %s %d", r.Method, r.URL.Path, status)
}

func (p *proxied) client(t *testing.T, a sandbox.Account) *client.Client {
	t.Helper()
	c, err := client.New(p.logins[a.Method].as(p.url, a), client.WithTransport(p), client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *proxied) public(t *testing.T) *http.Client {
	t.Helper()
	hc, err := client.NewHTTPClient(client.WithTransport(p), client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return hc
}

// logIn logs in with an account and calls what needs a token. It does so again after the end of all tokens, with a wrong
// secret, and where a limit is met.
func (p *proxied) logIn(t *testing.T, a sandbox.Account) {
	t.Helper()
	c := p.client(t, a)
	wrong := a
	wrong.Secret = a.Secret[:len(a.Secret)-1] + "0"
	refused := 0
	if p.logins[a.Method].route == "" {
		refused = http.StatusUnauthorized // a wrong key shows at the call
	} else if _, err := p.client(t, wrong).Token(t.Context()); !errors.Is(err, client.ErrInvalidCredentials) {
		t.Errorf("%s with a wrong secret: %v", a.Method, err)
	} else {
		p.fails(t, a)
	}
	for _, call := range p.calls {
		if call.public {
			continue
		}
		p.call(t, call, c.HTTPClient(), 0)
		p.sandbox.RevokeAll()
		p.call(t, call, c.HTTPClient(), 0)
		p.callFails(t, call, c.HTTPClient())
		if refused != 0 {
			p.call(t, call, p.client(t, wrong).HTTPClient(), refused)
		}
	}
}

// fails logs in where the service answers with each error that its spec documents for logins.
func (p *proxied) fails(t *testing.T, a sandbox.Account) {
	t.Helper()
	for _, status := range errorsOf(t, p.name, p.logins[a.Method].route) {
		p.sandbox.SetOutage(outage(status))
		_, err := p.client(t, a).Token(t.Context())
		kind := p.kinds[status]
		if status >= 500 {
			kind = client.ErrUnavailable // the sandbox is down, whatever else the spec knows of
		}
		p.judge(t, a.Method, status, kind, err)
	}
}

// outage is one that the next request meets.
func outage(status int) sandbox.Outage {
	if status == http.StatusTooManyRequests {
		return sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: time.Minute, Times: 1}
	}
	return sandbox.Outage{Kind: sandbox.ErrorJSON, Status: status, Times: 1}
}

// callFails sends a call that is answered with each error that its spec documents for it. A 401 has been there already.
func (p *proxied) callFails(t *testing.T, c call, hc *http.Client) {
	t.Helper()
	for _, status := range errorsOf(t, p.name, c.route) {
		if status != http.StatusUnauthorized {
			p.sandbox.SetOutage(outage(status))
			p.call(t, c, hc, status)
		}
	}
}

// call sends a call, which must be answered with the status of an error, or with success.
func (p *proxied) call(t *testing.T, c call, hc *http.Client, status int) {
	t.Helper()
	err := c.send(t.Context(), p.url, apierror.Doer{Client: hc})
	var failed *apierror.Error
	if errors.As(err, &failed) && failed.Status == status || err == nil && status == 0 {
		return
	}
	t.Errorf("%s: %v; want status %d", c.route, err, status)
}

// check fails if Prism refused anything, or warns of it, or if an operation of the spec did not succeed. It returns how
// many requests went through.
func (p *proxied) check(t *testing.T) int {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.sent, p.received) {
		t.Errorf("the client met\n%s\nthe sandbox answered\n%s", strings.Join(p.sent, "\n"), strings.Join(p.received, "\n"))
	}
	if v := p.sandbox.Violations(); len(v) > 0 {
		t.Errorf("the sandbox found violations itself: %v", v)
	}
	for route, operation := range operations(t, p.name) {
		for status := range operation.Responses.Map() {
			want := route + " " + strings.TrimSuffix(status, "XX")
			if !slices.ContainsFunc(p.received, func(e string) bool { return strings.HasPrefix(e, want) }) {
				t.Errorf("no %s was answered %s", route, status)
			}
		}
	}
	times := map[string]int{}
	for _, e := range p.received {
		times[e]++
	}
	for _, e := range slices.Sorted(maps.Keys(times)) {
		t.Logf("%3d %s", times[e], e)
	}
	return len(p.received)
}

// notices fails if Prism lets a wrong request or a wrong answer pass: then the check above would tell nothing.
func (p *proxied) notices(t *testing.T) {
	t.Helper()
	a := p.sandbox.Accounts()[0]
	route := p.logins[a.Method].route
	method, path, _ := strings.Cut(route, " ")
	p.sent, p.received = nil, nil
	req, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if slices.Equal(p.sent, p.received) {
		t.Errorf("a login without a field: the client met %s, the sandbox answered %s", p.sent, p.received)
	}

	p.sent, p.received, p.spoil = nil, nil, true
	_, err = p.client(t, a).Token(t.Context())
	if len(p.received) != 1 || slices.Equal(p.sent, p.received) || err == nil {
		t.Errorf("an answer without a token: the client met %s and gives %v; the sandbox answered %s", p.sent, err, p.received)
	}
}
