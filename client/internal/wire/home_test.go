package wire_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/origin"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestT1WhichRequestsGetTheToken(t *testing.T) {
	home := wire.NewHome(parse(t, "https://home.example"), []origin.Origin{origin.Of(parse(t, "https://files.example:8443"))})
	to := func(raw string) *http.Request { return &http.Request{URL: parse(t, raw), Header: http.Header{}} }
	from := func(raw, last string) *http.Request {
		req := to(raw)
		req.Response = &http.Response{Request: to(last)}
		return req
	}
	for name, tt := range map[string]struct {
		req  *http.Request
		ours bool
	}{
		"to the service":               {to("https://home.example/a"), true},
		"without a path":               {to("https://home.example"), true},
		"by a longer name":             {to("https://HOME.example:443/a"), true},
		"to an origin that was added":  {to("https://files.example:8443/a"), true},
		"redirected within":            {from("https://home.example/a", "https://home.example/b"), true},
		"its Host is the service's":    {&http.Request{URL: parse(t, "https://home.example/a"), Host: "home.example"}, true},
		"the same, by a longer name":   {&http.Request{URL: parse(t, "https://home.example/a"), Host: "HOME.example:443"}, true},
		"the same, among the headers":  {&http.Request{URL: parse(t, "https://home.example/a"), Header: header("host", "home.example")}, true},
		"another header in small type": {&http.Request{URL: parse(t, "https://home.example/a"), Header: header("date", "now", "x", "Host")}, true},

		"to another host":                   {to("https://other.example/a"), false},
		"to another port":                   {to("https://home.example:8443/a"), false},
		"in the clear":                      {to("http://home.example/a"), false},
		"an added origin's other port":      {to("https://files.example/a"), false},
		"redirected by another":             {from("https://home.example/a", "https://other.example/b"), false},
		"an opaque URL":                     {&http.Request{URL: &url.URL{Scheme: "https", Host: "home.example", Opaque: "//other.example/a"}}, false},
		"another's URL as a path":           {&http.Request{URL: &url.URL{Scheme: "https", Host: "home.example", Path: "https://other.example/a"}}, false},
		"a tunnel":                          {&http.Request{URL: parse(t, "https://home.example"), Method: http.MethodConnect}, false},
		"its Host is another's":             {&http.Request{URL: parse(t, "https://home.example/a"), Host: "other.example"}, false},
		"the same, among the headers twice": {&http.Request{URL: parse(t, "https://home.example/a"), Header: header("host", "home.example", "host", "other.example")}, false},
		"the caller's own Authorization":    {&http.Request{URL: parse(t, "https://home.example/a"), Header: header("Authorization", "Basic x")}, false},
		"the same, in small type":           {&http.Request{URL: parse(t, "https://home.example/a"), Header: header("authorization", "Basic x", "Accept", "*/*")}, false},
	} {
		if _, ours := home.Owns(tt.req); ours != tt.ours {
			t.Errorf("%s: it gets the token: %t; want %t", name, ours, tt.ours)
		}
	}
}
