package wire_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// redirecting returns a client whose requests are redirected from each URL to the next, with one status. It notes what
// was sent.
func redirecting(status int, sent *[]*http.Request, way ...string) *http.Client {
	return &http.Client{
		CheckRedirect: wire.CheckRedirect,
		Transport: base(func(req *http.Request) (*http.Response, error) {
			*sent = append(*sent, req)
			if len(*sent) >= len(way) {
				return answer{status: http.StatusOK}.to(req), nil
			}
			return answer{status: status, header: header("Location", way[len(*sent)])}.to(req), nil
		}),
	}
}

func TestT2WhatFollowsARedirect(t *testing.T) {
	const home = "https://home.example/a"
	for name, tt := range map[string]struct {
		method string
		body   io.Reader
		status int
		way    []string
		sent   int    // requests; fewer than the way has: the redirect itself is the answer
		last   string // what the last one carries of ours, beside X-Own: "token", "token and body" or nothing
	}{
		"to the same service":               {"GET", nil, 302, []string{home, "https://home.example/b"}, 2, "token"},
		"to the same, by a longer name":     {"GET", nil, 302, []string{home, "https://home.example:443/b"}, 2, "token"},
		"to the same, with a body":          {"POST", strings.NewReader("x"), 307, []string{home, "https://home.example/b"}, 2, "token and body"},
		"on this machine, without TLS":      {"GET", nil, 302, []string{"http://localhost/a", "http://localhost/b"}, 2, "token"},
		"to another host":                   {"GET", nil, 302, []string{home, "https://other.example/b"}, 2, ""},
		"to another host, 307":              {"GET", nil, 307, []string{home, "https://other.example/b"}, 2, ""},
		"to another host, an empty body":    {"GET", http.NoBody, 307, []string{home, "https://other.example/b"}, 2, ""},
		"to another host, HEAD":             {"HEAD", nil, 308, []string{home, "https://other.example/b"}, 2, ""},
		"to a host below":                   {"GET", nil, 302, []string{home, "https://sub.home.example/b"}, 2, ""},
		"to another port":                   {"GET", nil, 302, []string{home, "https://home.example:8443/b"}, 2, ""},
		"to another host and back":          {"GET", nil, 302, []string{home, "https://other.example/b", home}, 3, ""},
		"to another host, its body dropped": {"POST", strings.NewReader("x"), 303, []string{home, "https://other.example/b"}, 2, ""},
		"from this machine to another":      {"GET", nil, 302, []string{"http://localhost/a", home}, 2, ""},
		"a body for another host":           {"POST", strings.NewReader("x"), 307, []string{home, "https://other.example/b"}, 1, "token and body"},
		"a GET's body for another host":     {"GET", strings.NewReader("x"), 307, []string{home, "https://other.example/b"}, 1, "token and body"},
		"a DELETE for another host":         {"DELETE", nil, 308, []string{home, "https://other.example/b"}, 1, "token"},
		"without TLS from now on":           {"GET", nil, 302, []string{home, "http://home.example/a"}, 1, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []*http.Request
			req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.way[0], tt.body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = header("Authorization", "Bearer t", "cookie", "s=1", "X-Own", "x")
			resp, err := redirecting(tt.status, &sent, tt.way...).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if followed := resp.StatusCode == http.StatusOK; len(sent) != tt.sent || followed != (tt.sent == len(tt.way)) {
				t.Fatalf("%d requests, and %d is the answer; want %d", len(sent), resp.StatusCode, tt.sent)
			}
			last := sent[len(sent)-1]
			if got := carried(last); got != tt.last || last.Header.Get("X-Own") != "x" {
				t.Errorf("the last request carries %q, %v; want %q", got, last.Header, tt.last)
			}
			if cookie := wire.HasHeader(last.Header, "Cookie"); cookie != (tt.last != "") {
				t.Errorf("the last request carries a cookie of ours: %t", cookie)
			}
		})
	}
}

// carried tells what a request carries.
func carried(req *http.Request) (what string) {
	if req.Header.Get("Authorization") != "" {
		what = "token"
	}
	if req.Body != nil && req.Body != http.NoBody {
		what += " and body"
	}
	return what
}

// Ten requests are sent, as by net/http itself, and no more.
func TestT2RedirectsEnd(t *testing.T) {
	var sent []*http.Request
	way := make([]string, 20)
	for i := range way {
		way[i] = "https://home.example/"
	}
	resp, err := redirecting(http.StatusFound, &sent, way...).Do(newRequest(t, http.MethodGet, way[0], ""))
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "10 redirects") || len(sent) != 10 {
		t.Errorf("%v after %d requests; want an error after 10", err, len(sent))
	}
}

func TestT2LoginFollowsNoRedirect(t *testing.T) {
	var sent []*http.Request
	hc := redirecting(http.StatusFound, &sent, "https://home.example/a", "https://home.example/b")
	hc.CheckRedirect = wire.FollowNone
	resp, err := hc.Do(newRequest(t, http.MethodPost, "https://home.example/a", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusFound || len(sent) != 1 {
		t.Errorf("%d after %d requests; want the redirect itself", resp.StatusCode, len(sent))
	}
}

// A user's own RoundTripper may leave the request out of a response.
func TestT2StrayedReadsResponsesWithoutARequest(t *testing.T) {
	req := &http.Request{URL: &url.URL{Scheme: "https", Host: "home.example"}, Response: &http.Response{}}
	if wire.Strayed(req) {
		t.Error("a request that left no origin has strayed")
	}
}
