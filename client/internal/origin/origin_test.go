package origin_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/origin"
)

// Each spelling of a base URL becomes one, so that one account has one Client and one record.
func TestT1CanonicalBaseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.example.com":                                "https://api.example.com",
		"https://abcdefghijklmnopqrstuvwxyz-0123456789._":        "https://abcdefghijklmnopqrstuvwxyz-0123456789._",
		"HTTPS://API.Example.COM/":                               "https://api.example.com",
		"https://api.example.com:443":                            "https://api.example.com",
		"https://api.example.com:":                               "https://api.example.com",
		"https://api.example.com:080":                            "https://api.example.com:80",
		"https://api.example.com:1":                              "https://api.example.com:1",
		"https://api.example.com:65535":                          "https://api.example.com:65535",
		"http://localhost:80":                                    "http://localhost",
		"http://localhost:443":                                   "http://localhost:443",
		"http://localhost:8080/":                                 "http://localhost:8080",
		"https://[2001:DB8::0:1]:8443":                           "https://[2001:db8::1]:8443",
		"https://192.0.2.1:8443":                                 "https://192.0.2.1:8443",
		"https://api.example.com/Team/a%2Fb//":                   "https://api.example.com/Team/a%2Fb",
		"https://api.example.com/é":                              "https://api.example.com/%C3%A9",
		"https://api.example.com/v1.0/...":                       "https://api.example.com/v1.0/...",
		"https://api.example.com/AZ/az/09-_":                     "https://api.example.com/AZ/az/09-_",
		"https://api.example.com/%5Bv1%5D/%7Ba%7D/%60b%60/%2F:@": "https://api.example.com/%5Bv1%5D/%7Ba%7D/%60b%60/%2F:@",
	} {
		if got, err := origin.Canonical(raw); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", raw, got, err, want)
		}
	}
}

// The error says what is wrong, and repeats nothing of the URL.
func TestT1NoBaseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                  "is required",
		"api.example.com":                   "is not an absolute URL",
		"https:api.example.com":             "is not an absolute URL",
		"https:///hunter2":                  "is not an absolute URL",
		"https://hunter2\x7f":               "is not an absolute URL",
		"ftp://hunter2":                     "must start with https://",
		"https://me:hunter2@example.com":    "must not hold a user name",
		"https://@example.com":              "must not hold a user name",
		"https://example.com?key=hunter2":   "must not hold a query",
		"https://example.com?":              "must not hold a query",
		"https://example.com/#hunter2":      "must not hold a query or a fragment",
		"https://example.com#":              "must not hold a query or a fragment",
		"https://:8443":                     "has no valid host",
		"https://.":                         "has no valid host",
		"https://bücher.example":            "has no valid host",
		"https://example.com,hunter2":       "has no valid host",
		"https://a`b":                       "is not an absolute URL",
		"https://[fe80::1%25eth0]":          "has no valid host",
		"https://example.com:0":             "has no valid host",
		"https://example.com:65536":         "has no valid host",
		"https://example.com/a%2Fb/é{}":     "must have its path percent-encoded",
		"https://example.com/a/../b":        "must not have . or .. in its path",
		"https://example.com/hunter2/.":     "must not have . or .. in its path",
		"https://example.com/a/%2e%2E/b":    "must not have . or .. in its path",
		"https://example.com/a%2Fb/../c%2F": "must not have . or .. in its path",
	} {
		got, err := origin.Canonical(raw)
		if got != "" || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %q, %v; want an error that begins with %q", raw, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error repeats it: %v", raw, err)
		}
	}
}

func TestT1OriginOfAURL(t *testing.T) {
	of := func(raw string) origin.Origin {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return origin.Of(u)
	}
	for _, tt := range []struct {
		one, other string
		same       bool
	}{
		{"https://api.example.com", "HTTPS://API.example.com:443/v1?a#b", true},
		{"https://api.example.com", "https://api.example.com:0443", true},
		{"http://localhost", "http://LOCALHOST:80", true},
		{"https://[2001:db8::1]", "https://[2001:DB8:0::1]:443", true},
		{"https://bücher.example", "https://BÜCHER.example", true},
		{"https://bücher.example", "https://bücher.example:8443", false},
		{"https://api.example.com", "http://api.example.com", false},
		{"https://api.example.com", "http://api.example.com:443", false},
		{"https://api.example.com", "https://api.example.com:80", false},
		{"https://api.example.com", "https://api.example.com.", false},
		{"https://api.example.com:1443", "https://api.example.com:2443", false},
		{"http://localhost", "http://127.0.0.1", false},
	} {
		if same := of(tt.one) == of(tt.other); same != tt.same {
			t.Errorf("%s and %s have the same origin: %t; want %t", tt.one, tt.other, same, tt.same)
		}
	}
}

// Only a name that no resolver can turn into another machine is this one.
func TestT1Loopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost:8080": true, "127.0.0.1": true, "127.8.9.1:80": true, "[::1]:80": true,
		"localhost.": false, "localhost.example": false, "127.0.0.1.example": false, "127.1": false, "0.0.0.0": false,
		"192.0.2.1": false, "[2001:db8::1]": false,
	} {
		if got := origin.Loopback(&url.URL{Scheme: "http", Host: host}); got != want {
			t.Errorf("%s is this machine: %t; want %t", host, got, want)
		}
	}
}
