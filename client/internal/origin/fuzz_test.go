package origin_test

import (
	"bufio"
	"bytes"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// A base URL that is accepted is the same when it is read again, and a request below it goes where net/http would send
// one below the URL as it was written: to that host and no other, and to a path below its own.
func FuzzT1BaseURL(f *testing.F) {
	for _, raw := range []string{
		"https://api.example.com", "HTTPS://API.Example.COM:443/", "https://api.example.com:0443", "https://api.example.com:",
		"http://localhost:80/", "http://127.0.0.1:443/", "https://[2001:DB8::0:1]:443/", "http://[::ffff:127.0.0.1]:9999",
		"https://api.example.com/Team/a%2Fb/", "https://api.example.com/é", "https://api.example.com//evil.example/",
		"https://me:hunter2@example.com", "https://example.com?key=hunter2", "https://example.com/#hunter2", "https://example.com/a/%2e%2e/b",
		"https://bücher.example", "https://example.com:65536", "https://[fe80::1%25eth0]/", `https://example.com\@evil.example`,
		"https://example.com/\\..\\x", "https:api.example.com", "https://example.com/;x/..;/y", "https://127.1", "https://0x7f.1",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		base, err := origin.Canonical(raw)
		if err != nil {
			if len(raw) > 20 && strings.Contains(err.Error(), raw) {
				t.Errorf("the error repeats %q: %v", raw, err)
			}
			return
		}
		if again, err := origin.Canonical(base); err != nil || again != base {
			t.Errorf("%q becomes %q, and that becomes %q, %v", raw, base, again, err)
		}
		written, sent := request(t, raw), request(t, base)
		if host(t, sent.URL) != host(t, written.URL) || origin.Of(sent.URL) != origin.Of(written.URL) {
			t.Errorf("%q becomes %q: another host", raw, base)
		}
		path := strings.TrimRight(written.URL.EscapedPath(), "/") + "/v1"
		if got := wire(t, request(t, base+"/v1")); got.RequestURI != path || got.Host != sent.URL.Host {
			t.Errorf("a request below %q goes to %q of %q; want %q", base, got.RequestURI, got.Host, path)
		}
		for segment := range strings.SplitSeq(sent.URL.Path, "/") {
			if segment == "." || segment == ".." {
				t.Errorf("%q is not below its host", base)
			}
		}
	})
}

func request(t *testing.T, raw string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// wire returns a request as a server reads it.
func wire(t *testing.T, req *http.Request) *http.Request {
	t.Helper()
	var sent bytes.Buffer
	if err := req.Write(&sent); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&sent))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// host returns scheme, host and port that are dialled, in one spelling.
func host(t *testing.T, u *url.URL) string {
	t.Helper()
	name := strings.ToLower(u.Hostname())
	if addr, err := netip.ParseAddr(name); err == nil {
		name = addr.String()
	}
	port := strings.TrimLeft(u.Port(), "0")
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + " " + name + " " + port
}
