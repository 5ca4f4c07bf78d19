package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
)

func TestLocation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ base, location, want string }{
		{"https://s.example", "https://s.example/a?b=c#d", "/a?b=c#d"},
		{"https://s.example", "https://S.example", "/"},
		{"https://s.example", "//s.example/a", "/a"},
		{"https://s.example", "/a%2Fb", "/a%2Fb"},
		{"https://s.example", "b", "/dir/b"},
		{"https://s.example", "?x=1", "/dir/a?x=1"},
		{"https://s.example", "https://s.example//evil.example/x", "/evil.example/x"},
		{"https://s.example", "https://s.example:443/a", "/a"},
		{"https://s.example:8443", "https://S.EXAMPLE:8443/a", "/a"},
		{"http://127.0.0.1", "http://127.0.0.1:80/a", "/a"},
		{"http://[::1]:81", "http://[0:0::1]:81/a", "/a"},
		{"https://s.example", "https://s.example:80/a", "https://s.example:80/a"},
		{"https://s.example", "https://evil.example/a", "https://evil.example/a"},
		{"https://s.example", "http://s.example/a", "http://s.example/a"},
		{"https://s.example", "https://s.example:8443/a", "https://s.example:8443/a"},
		{"https://s.example", "https://s.example@evil.example/", "https://s.example@evil.example/"},
		{"https://s.example", "\x7f://", "\x7f://"},
		{"https://s.example/app", "https://s.example/app/a", "/a"},
		{"https://s.example/app", "/app", "/"},
		{"https://s.example/app", "/application", "https://s.example/application"},
		{"https://s.example/app", "/elsewhere", "https://s.example/elsewhere"},
	} {
		base, err := url.Parse(test.base)
		if err != nil {
			t.Fatal(err)
		}
		resp := &http.Response{
			Header: http.Header{"Location": {test.location}}, Request: &http.Request{URL: base.JoinPath("/dir/a")},
		}
		lead(resp, base)
		if got := resp.Header.Get("Location"); got != test.want {
			t.Errorf("at %s, %q leads to %q, want %q", test.base, test.location, got, test.want)
		}
	}
}

// A short body is held, a long one or one of unknown length is not, and one that breaks off is no shorter one.
func TestHold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		length  int64
		sent    int
		rewinds bool
		broken  bool
	}{
		{5, 5, true, false}, {heldBody, heldBody, true, false}, {heldBody + 1, heldBody + 1, false, false}, {-1, 5, false, false},
		{9, 5, false, true},
	} {
		req := httptest.NewRequest(http.MethodPost, "/", io.NopCloser(strings.NewReader(strings.Repeat("x", test.sent))))
		req.ContentLength = test.length
		hold(req)
		body, err := io.ReadAll(req.Body)
		if rewinds := req.GetBody != nil; rewinds != test.rewinds || len(body) != test.sent || (err != nil) != test.broken {
			t.Errorf("%+v: GetBody %t, %d bytes, %v", test, rewinds, len(body), err)
		}
	}
}

// What has gone wrong here is no answer about the caller's credentials.
func TestAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err    error
		status int
		after  string
	}{
		{&client.LoginError{Service: "s", Kind: client.ErrInvalidCredentials}, 502, ""},
		{&client.LoginError{Service: "s", Kind: client.ErrUnavailable}, 503, ""},
		{&client.RateLimitError{Service: "s", RetryAfter: 1500 * time.Millisecond}, 503, "2"},
		{errors.New("s"), 502, ""},
		{context.Canceled, 502, ""},
	} {
		w := httptest.NewRecorder()
		answer(w, test.err)
		if w.Code != test.status || w.Header().Get("Retry-After") != test.after || !strings.HasPrefix(w.Body.String(), "latchkey: ") {
			t.Errorf("%v: %d %v %s", test.err, w.Code, w.Header(), w.Body)
		}
	}
}

// The service gets the account's key, and nothing that lets the caller in elsewhere, wherever a key is carried.
func TestProxySendsNoCredentialOfTheCallers(t *testing.T) {
	t.Parallel()
	key := "bs_" + strings.Repeat("ab", 32)
	var got http.Header
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // then the trailers are there
		got = r.Header.Clone()
		maps.Copy(got, r.Trailer)
	}))
	defer service.Close()
	c, err := client.New(bleepay.APIKey{BaseURL: service.URL, Name: "me", Key: client.Static(key)})
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/me", struct{ io.Reader }{strings.NewReader("body")}) // in chunks
	for _, name := range []string{"Authorization", "X-Api-Key", "Cookie", "Proxy-Authorization"} {
		req.Header.Set(name, "of-the-caller")
	}
	req.Trailer = http.Header{"X-Token": {"of-the-caller"}}
	answer := httptest.NewRecorder()
	(&session{client: c}).forward("X-Api-Key").ServeHTTP(answer, req)
	if got.Get("X-Api-Key") != key || strings.Contains(fmt.Sprint(got), "of-the-caller") {
		t.Errorf("the service got %v, and the caller %s", got, answer.Body)
	}
}
