package logintest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// badBaseURLs hold a password, which no error may repeat. The values are texts that the error must contain.
var badBaseURLs = map[string]string{
	"https://user:hunter2@api.example.com":     "user name or password",
	"https://hunter2@api.example.com":          "user name or password",
	"https://@api.example.com/hunter2":         "user name or password",
	"https://api.example.com?token=hunter2":    "query",
	"https://api.example.com/?hunter2":         "query",
	"https://api.example.com/hunter2?":         "query",
	"https://api.example.com/#hunter2":         "fragment",
	"https://api.example.com/hunter2#":         "fragment",
	"http://hunter2.example.com":               "https://",
	"http://localhost.example.com/hunter2":     "https://",
	"http://hunter2.localhost":                 "https://",
	"http://localhost./hunter2":                "https://",
	"http://0.0.0.0/hunter2":                   "https://",
	"ftp://api.example.com/hunter2":            "https://",
	"ws://api.example.com/hunter2":             "https://",
	"api.example.com/hunter2":                  "absolute",
	"//api.example.com/hunter2":                "https://",
	"/hunter2":                                 "absolute",
	"https:///hunter2":                         "absolute",
	"https://:443/hunter2":                     "host",
	"user:hunter2@api.example.com":             "absolute",
	"https:api.example.com/hunter2":            "absolute",
	"https://user:hunter2@api.exa mple.com":    "absolute",
	"https://api.example.com:hunter2":          "absolute",
	"https://api.example.com:0/hunter2":        "port",
	"https://api.example.com:65536/hunter2":    "port",
	"https://[fe80::1%25eth0]/hunter2":         "host",
	"https://exämple.com/hunter2":              "ASCII",
	"https://api.example.com/../hunter2":       "..",
	"https://api.example.com/a/%2e%2e/hunter2": "..",
	"\x00https://api.example.com/hunter2":      "absolute",
	"https://api.example.com/%zz/hunter2":      "absolute",
	// These lie about their host, to a reader or to another parser.
	"https://api.example.com@hunter2.example":      "user name or password",
	"https://api.example.com:443@hunter2.example/": "user name or password",
	"https://api.example.com%40hunter2.example":    "absolute",
	`https://hunter2.example\@api.example.com`:     "absolute",
	`https://hunter2.example\api.example.com`:      "absolute",
	`https:\\api.example.com\hunter2`:              "absolute",
	"https://api.example.com#@hunter2.example":     "fragment",
	"https://api.example.com?@hunter2.example":     "query",
	"https://api.example.com;@hunter2.example":     "user name or password",
	"https://api.example.com:443:80/hunter2":       "absolute",
	"https://api.example.com:+443/hunter2":         "absolute",
	"https://api.example.com:-1/hunter2":           "absolute",
	"https://api.example.com: 443/hunter2":         "absolute",
	"https://%61pi.example.com/hunter2":            "absolute",
	"https://api%2eexample.com/hunter2":            "absolute",
	"https://api.example.com%00.hunter2.example":   "absolute",
	"https://api.example.com\t/hunter2":            "absolute",
	" https://api.example.com/hunter2":             "absolute",
	"https://ａpi.example.com/hunter2":              "ASCII",
	"https://api。example.com/hunter2":              "ASCII",
	"https://аpi.example.com/hunter2":              "ASCII",
	"https://api.example.com\u200b/hunter2":        "ASCII",
	"https://api.example.com,hunter2.example/":     "ASCII",
	"https://./hunter2":                            "host",
	"https://[::1/hunter2":                         "absolute",
	"https://::1/hunter2":                          "absolute",
	"https://[127.0.0.1.hunter2]/":                 "absolute",
	"http://127.1/hunter2":                         "https://",
	"http://2130706433/hunter2":                    "https://",
	"http://0177.0.0.1/hunter2":                    "https://",
	"http://0x7f.0.0.1/hunter2":                    "https://",
	"http://127.0.0.1.hunter2.example":             "https://",
	"http://127.0.0.1:80.hunter2.example":          "absolute",
	"http://[::]/hunter2":                          "https://",
	"http://[::ffff:192.0.2.1]/hunter2":            "https://",
	"http://localhost:80@hunter2.example/":         "user name or password",
	"http:localhost/hunter2":                       "absolute",
	"http:///localhost/hunter2":                    "absolute",
	"https+http://api.example.com/hunter2":         "https://",
	"javascript://api.example.com/%0ahunter2":      "https://",
	"file://api.example.com/hunter2":               "https://",
	"https://api.example.com/./hunter2":            "..",
	"https://api.example.com/%2E%2E/hunter2":       "..",
	"https://api.example.com/a%2fb/é/hunter2":      "percent-encoded",
}

// sameBaseURLs are other spellings of each base URL.
var sameBaseURLs = map[string][]string{
	"https://api.example.com": {
		"https://api.example.com/", "HTTPS://API.Example.COM", "https://api.example.com:443",
		"https://api.example.com:/", "https://api.example.com:0443///",
	},
	"https://api.example.com:8443":      {"https://api.example.com:8443/", "https://API.EXAMPLE.COM:08443"},
	"https://api.example.com/Prefix/v2": {"https://API.example.com:443/Prefix/v2/"},
	"https://[2001:db8::1]": {
		"https://[2001:DB8::1]:443/", "https://[2001:0db8:0:0:0:0:0:1]", "https://[2001:db8:0::0001]/",
	},
	"http://127.0.0.1:8080": {"HTTP://127.0.0.1:8080/"},
	"http://localhost":      {"http://LocalHost:80/"},
	"http://[::1]:8080":     {"http://[0:0:0:0:0:0:0:1]:8080"},
}

func (l login) testBaseURL(t *testing.T) {
	for bad, why := range badBaseURLs {
		t.Run(bad, func(t *testing.T) {
			_, err := l.token(t.Context(), bad, l.Fields, client.WithTransport(unreachable(t)))
			l.checkField(t, err, "BaseURL", why)
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error holds the base URL: %v", err)
			}
		})
	}
	for canonical, spellings := range sameBaseURLs {
		want := l.account(t, canonical)
		if want.BaseURL != canonical {
			t.Errorf("%s becomes %s", canonical, want.BaseURL)
		}
		for _, spelling := range spellings {
			if got := l.account(t, spelling); got != want {
				t.Errorf("%s is another account than %s: %+v", spelling, canonical, got)
			}
		}
	}
	t.Run("none", l.testNoBaseURL)
	t.Run("on the wire", func(t *testing.T) {
		_, path, _ := strings.Cut(l.Route, " ")
		for base, want := range map[string]string{
			"https://api.example.com/prefix/v2/": "https://api.example.com/prefix/v2" + path,
			"HTTPS://API.Example.com:443":        "https://api.example.com" + path,
			"https://api.example.com/a%20b%2Fc/": "https://api.example.com/a%20b%2Fc" + path,
			"https://api.example.com/é":          "https://api.example.com/%C3%A9" + path,
			"https://[2001:DB8::1]:8443/":        "https://[2001:db8::1]:8443" + path,
			"http://localhost:8080":              "http://localhost:8080" + path,
		} {
			if got := l.sentTo(t, base); got != want {
				t.Errorf("%s: sent to %s, want %s", base, got, want)
			}
		}
	})
	t.Run("insecure", func(t *testing.T) {
		_, path, _ := strings.Cut(l.Route, " ")
		if got, want := l.sentTo(t, "http://test.example", client.WithInsecureHTTP()), "http://test.example"+path; got != want {
			t.Errorf("sent to %s, want %s", got, want)
		}
	})
}

// testNoBaseURL expects the service's production, or an error if the service publishes no host.
func (l login) testNoBaseURL(t *testing.T) {
	server := l.document(t).Servers[0]
	if published := len(server.Variables) == 0; published != (l.Production != "") {
		t.Fatalf("the spec's first server is %s, the adapter's default is %q", server.URL, l.Production)
	}
	if l.Production == "" {
		_, err := l.token(t.Context(), "", l.Fields, client.WithTransport(unreachable(t)))
		l.checkField(t, err, "BaseURL", "required")
		return
	}
	if l.Production != server.URL {
		t.Errorf("production is %s, the spec has %s", l.Production, server.URL)
	}
	_, path, _ := strings.Cut(l.Route, " ")
	if got, want := l.sentTo(t, ""), l.Production+path; got != want {
		t.Errorf("sent to %s, want %s", got, want)
	}
}

func (l login) account(t *testing.T, baseURL string) client.Account {
	t.Helper()
	account, err := l.New(baseURL, l.Fields, nil).Account()
	if err != nil {
		t.Error(err)
	}
	if account.Service != l.Name || account.Method != l.Method || !strings.Contains(account.String(), l.Method) {
		t.Errorf("the account is %+v, want service %s and method %s", account, l.Name, l.Method)
	}
	return account
}

// sentTo returns the URL that a login with the base URL goes to.
func (l login) sentTo(t *testing.T, baseURL string, opts ...client.Option) (sent string) {
	t.Helper()
	_, err := l.token(t.Context(), baseURL, l.Fields, append(opts, client.WithTransport(
		roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = req.URL.String()
			if req.Host != "" && req.Host != req.URL.Host {
				t.Errorf("Host is %s in a request to %s", req.Host, sent)
			}
			return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: req}, nil
		})))...)
	if err == nil {
		t.Error("an empty answer gave a token")
	}
	return sent
}
