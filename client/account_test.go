package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// canonical returns the base URL that an account gets.
func canonical(baseURL string) (string, error) {
	account, err := client.Account{Service: "any", BaseURL: baseURL}.Canonical()
	return account.BaseURL, err
}

func TestAccountCanonical(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.example.com":             "https://api.example.com",
		"https://api.example.com/":            "https://api.example.com",
		"HTTPS://API.Example.COM/":            "https://api.example.com",
		"https://api.example.com:443":         "https://api.example.com",
		"https://api.example.com:":            "https://api.example.com",
		"https://api.example.com:0443/":       "https://api.example.com",
		"https://api.example.com:8443":        "https://api.example.com:8443",
		"https://api.example.com:80":          "https://api.example.com:80",
		"http://localhost:80":                 "http://localhost",
		"http://localhost:8080/":              "http://localhost:8080",
		"http://127.0.0.1:443/":               "http://127.0.0.1:443",
		"https://[2001:DB8::0:1]:443/":        "https://[2001:db8::1]",
		"http://[::1]:9999":                   "http://[::1]:9999",
		"https://api.example.com/Team/a%2Fb/": "https://api.example.com/Team/a%2Fb",
		"https://xn--bcher-kva.example":       "https://xn--bcher-kva.example",
		"https://api.example.com/é":           "https://api.example.com/%C3%A9",
	} {
		got, err := canonical(raw)
		if err != nil || got != want {
			t.Errorf("Canonical of %q = %q, %v; want %q", raw, got, err, want)
		}
		if again, err := canonical(got); err != nil || again != got {
			t.Errorf("Canonical of %q = %q, %v: not stable", got, again, err)
		}
	}
}

func TestAccountCanonicalRefuses(t *testing.T) {
	for raw, why := range map[string]string{
		"":                                "is required",
		"api.example.com":                 "absolute URL",
		"/v1":                             "absolute URL",
		"https://":                        "absolute URL",
		"https:api.example.com":           "absolute URL",
		"://api.example.com":              "absolute URL",
		"https://api.example.com/%zz":     "absolute URL",
		"https://api.example.com:port":    "absolute URL",
		"https://hunter2 @x":              "absolute URL",
		"ftp://api.example.com":           "https://",
		"https://me:hunter2@example.com":  "user name or password",
		"https://hunter2@example.com":     "user name or password",
		"https://example.com?key=hunter2": "query",
		"https://example.com?":            "query",
		"https://example.com#hunter2":     "fragment",
		"https://example.com/#":           "fragment",
		"https://bücher.example":          "ASCII",
		"https://exa mple.com":            "absolute URL",
		"https://example.com:0":           "port",
		"https://example.com:65536":       "port",
		"https://:8080":                   "valid host",
		"https://[fe80::1%25eth0]/":       "valid host",
		"https://example.com/a/../b":      "..",
		"https://example.com/./b":         "..",
		"https://example.com/%2e%2e/b":    "..",
		"https://example.com/a%2Fb/é":     "percent-encoded",
	} {
		got, err := canonical(raw)
		if !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("Canonical of %q = %q, %v; want ErrInvalidInput", raw, got, err)
			continue
		}
		e, _ := errors.AsType[*client.LoginError](err)
		if e.Field != "BaseURL" || !strings.HasPrefix(err.Error(), "any: BaseURL ") || !strings.Contains(err.Error(), why) {
			t.Errorf("Canonical of %q: %q; want field BaseURL and %q", raw, err, why)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Canonical of %q: the error repeats the secret: %q", raw, err)
		}
	}
}

func TestNewRefusesPlainHTTP(t *testing.T) {
	for baseURL, allowed := range map[string]bool{
		"http://localhost:1":         true,
		"http://LOCALHOST":           true,
		"http://127.0.0.1:1":         true,
		"http://127.255.255.254":     true,
		"http://[::1]:1":             true,
		"http://[::ffff:127.0.0.1]":  true,
		"https://api.example.com":    true,
		"http://api.example.com":     false,
		"http://localhost.":          false, // would be resolved, or sent to a proxy
		"http://foo.localhost":       false,
		"http://0.0.0.0":             false,
		"http://127.1":               false,
		"http://2130706433":          false,
		"http://localhost.evil.test": false,
		"http://192.168.0.1":         false,
	} {
		login := fakeLogin{account: client.Account{Service: "fake", BaseURL: baseURL, Method: "test", Name: "me"}}
		_, err := client.New(login)
		if allowed && err != nil || !allowed && !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("New at %s: %v; allowed: %t", baseURL, err, allowed)
		}
		if _, err := client.New(login, client.WithInsecureHTTP()); err != nil {
			t.Errorf("New at %s WithInsecureHTTP: %v", baseURL, err)
		}
	}
}
