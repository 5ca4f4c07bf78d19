package backends_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// stage is where a scenario is played: at an app, or at what was recorded there.
type stage struct {
	backend
	baseURL   string
	transport http.RoundTripper
	revoke    func(t *testing.T) // ends all tokens
}

// scenario is played live, and recorded and replayed.
type scenario func(t *testing.T, s stage)

const limit = "limit" // the name of tooManyLogins, which needs an app of its own

// scenarios returns what is played at a back end.
func (b backend) scenarios() map[string]scenario {
	if b.down {
		return map[string]scenario{"down": down}
	}
	all := map[string]scenario{
		"revocation": func(t *testing.T, s stage) { revocation(t, s, 2, 1) },
		"wrong":      func(t *testing.T, s stage) { wrongPassword(t, s, 3) },
	}
	if b.files {
		all["downloads"] = downloads
	}
	if b.wrongClient != nil {
		all["client"] = wrongClient
	}
	if !b.unlimited {
		all[limit] = tooManyLogins
	}
	return all
}

// client returns a Client, and the number of login requests that it has sent.
func (s stage) client(t *testing.T, password string, opts ...client.Option) (*client.Client, *atomic.Int64) {
	t.Helper()
	logins := new(atomic.Int64)
	counting := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == s.loginPath {
			logins.Add(1)
		}
		return s.transport.RoundTrip(req)
	})
	c, err := client.New(s.login(s.baseURL, password), append(opts, client.WithTransport(counting))...)
	if err != nil {
		t.Fatal(err)
	}
	return c, logins
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// revocation sends requests, and all tokens are revoked before some of them. Each request succeeds.
func revocation(t *testing.T, s stage, requests int, revoked ...int) {
	c, logins := s.client(t, password)
	for i := range requests {
		for _, before := range revoked {
			if i == before {
				s.revoke(t)
			}
		}
		item := strconv.Itoa(1000 + i)
		status, body := get(t, c, s.items+"/"+item)
		if status != http.StatusOK || !strings.Contains(body, `"`+item+`"`) {
			t.Errorf("request %d: HTTP %d: %.200q", i, status, body)
		}
	}
	if n := int(logins.Load()); n != 1+len(revoked) {
		t.Errorf("%d logins; want %d", n, 1+len(revoked))
	}
}

// wrongPassword sends a wrong password once, whatever is called, and tells what the service said.
func wrongPassword(t *testing.T, s stage, calls int) {
	c, logins := s.client(t, wrong)
	for range calls {
		_, err := c.Token(t.Context())
		if !errors.Is(err, client.ErrInvalidCredentials) || !strings.Contains(err.Error(), s.words) {
			t.Fatalf("%v; want ErrInvalidCredentials and %q", err, s.words)
		}
		if strings.Contains(err.Error(), wrong) {
			t.Fatalf("the password is in %v", err)
		}
	}
	if n := logins.Load(); n != 1 {
		t.Errorf("%d login requests; want 1", n)
	}
}

// wrongClient sends a wrong client secret with the right password, once in a pause. That is no refusal of the account.
func wrongClient(t *testing.T, s stage) {
	s.login = s.wrongClient
	c, logins := s.client(t, password)
	for range 3 {
		_, err := c.Token(t.Context())
		if !errors.Is(err, client.ErrInvalidInput) || !strings.Contains(err.Error(), "invalid_client") {
			t.Fatalf("%v; want ErrInvalidInput and invalid_client", err)
		}
		if strings.Contains(err.Error(), password) || strings.Contains(err.Error(), wrongSecret) {
			t.Fatalf("a secret is in %v", err)
		}
	}
	if n := logins.Load(); n != 1 {
		t.Errorf("%d login requests; want 1", n)
	}
}

// tooManyLogins meets the limit for logins. Nothing waits for its end here.
func tooManyLogins(t *testing.T, s stage) {
	impatient := client.RetryPolicy{Attempts: 1}
	for i := range 8 {
		sent := password
		if s.onlyWrong {
			sent = wrong + strconv.Itoa(i)
		}
		c, _ := s.client(t, sent, client.WithRetryPolicy(impatient))
		_, err := c.Token(t.Context())
		if err == nil || s.onlyWrong && errors.Is(err, client.ErrInvalidCredentials) {
			continue
		}
		limit, limited := errors.AsType[*client.RateLimitError](err)
		failed, isAnswer := errors.AsType[*client.LoginError](err)
		if !limited || !isAnswer || failed.Status != http.StatusTooManyRequests {
			t.Fatalf("%v; want a *RateLimitError of a 429", err)
		}
		if !s.silent && limit.RetryAfter <= 0 {
			t.Errorf("%v names no wait", err)
		}
		return
	}
	t.Error("8 logins, and no limit was met")
}

// down logs in at a service that says when it will be back. It is left in peace until then.
func down(t *testing.T, s stage) {
	c, logins := s.client(t, password)
	for range 100 {
		if _, err := c.Token(t.Context()); !errors.Is(err, client.ErrUnavailable) {
			t.Fatalf("%v; want ErrUnavailable", err)
		}
	}
	if left := time.Until(c.Status().FailingUntil); left < 50*time.Second || left > time.Minute {
		t.Errorf("a pause of %s; want the minute that the service asks for", left)
	}
	if n := logins.Load(); n != 1 {
		t.Errorf("%d login requests; want 1", n)
	}
}

// downloads gets files, though nobody has set an Accept header for them.
func downloads(t *testing.T, s stage) {
	c, _ := s.client(t, password)
	for _, file := range []struct{ path, begins string }{{"/7/image", "\x89PNG"}, {"/7/pdf", "%PDF-"}} {
		if status, body := get(t, c, s.items+file.path); status != http.StatusOK || !strings.HasPrefix(body, file.begins) {
			t.Errorf("%s: HTTP %d: %.40q", file.path, status, body)
		}
	}
}

// get returns status and body.
func get(t *testing.T, c *client.Client, path string) (status int, body string) {
	t.Helper()
	return send(t, c, http.MethodGet, path, nil)
}

// send sends a request, whose body cannot be sent again.
func send(t *testing.T, c *client.Client, method, path string, body []byte) (status int, answer string) {
	t.Helper()
	var reader io.Reader
	if body != nil {
		reader = io.MultiReader(bytes.NewReader(body))
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, c.BaseURL()+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}
