package wire_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

const forJSON = "application/json, application/*;q=0.5, text/*;q=0.5, image/*;q=0.5"

// What goes out with a token, beside what the caller has set. The caller's own request stays as it is.
func TestT7AuthorisedRequestSaysWhatItWants(t *testing.T) {
	home := wire.NewHome(parse(t, "https://home.example"), nil)
	token, accept, agent := []string{"Bearer t"}, []string{forJSON}, []string{"latchkey/devel"}
	for name, tt := range map[string]struct {
		set, want http.Header
	}{
		"nothing is set":           {nil, http.Header{"Authorization": token, "Accept": accept, "User-Agent": agent}},
		"Content-Type":             {header("Content-Type", "x/y"), http.Header{"Authorization": token, "Accept": accept, "User-Agent": agent, "Content-Type": {"x/y"}}},
		"Accept":                   {header("Accept", "*/*"), http.Header{"Authorization": token, "Accept": {"*/*"}, "User-Agent": agent}},
		"accept, in small type":    {header("accept", "*/*", "X", "y"), http.Header{"Authorization": token, "accept": {"*/*"}, "User-Agent": agent, "X": {"y"}}},
		"User-Agent":               {header("User-Agent", "me"), http.Header{"Authorization": token, "Accept": accept, "User-Agent": {"me"}}},
		"no User-Agent":            {http.Header{"User-Agent": nil}, http.Header{"Authorization": token, "Accept": accept, "User-Agent": nil}},
		"user-agent in small type": {header("user-agent", "me"), http.Header{"Authorization": token, "Accept": accept, "User-Agent": nil, "user-agent": {"me"}}},
		"all of them": {
			header("Accept", "*/*", "User-Agent", "me", "Content-Type", "x/y"),
			http.Header{"Authorization": token, "Accept": {"*/*"}, "User-Agent": {"me"}, "Content-Type": {"x/y"}},
		},
		"the service's Host": {header("Host", "home.example", "hOST", "home.example"), http.Header{"Authorization": token, "Accept": accept, "User-Agent": agent}},
	} {
		req := newRequest(t, http.MethodGet, "https://home.example/a", "")
		req.Header = tt.set
		before := maps.Clone(tt.set)
		has, ours := home.Owns(req)
		if !ours {
			t.Errorf("%s: it gets no token", name)
		}
		if got := has.Authorise(req, "Authorization", token).Header; !maps.EqualFunc(got, tt.want, slices.Equal[[]string]) {
			t.Errorf("%s: %v is sent; want %v", name, got, tt.want)
		}
		if !maps.EqualFunc(req.Header, before, slices.Equal[[]string]) {
			t.Errorf("%s: the caller's request has %v now", name, req.Header)
		}
	}
}

func TestHasHeaderHoweverItIsSpelt(t *testing.T) {
	for want, set := range map[bool]http.Header{true: header("X", "y", "upGRADE", "h2c"), false: header("Upgrades", "h2c", "Date", "now")} {
		if got := wire.HasHeader(set, "Upgrade"); got != want {
			t.Errorf("%v has Upgrade: %t; want %t", set, got, want)
		}
	}
}

func TestWhatMayBeInAHeader(t *testing.T) {
	for value, want := range map[string]bool{
		"": true, "!": true, "~": true, "eyJh.x-_/+=": true, " ": false, "a b": false, "a\n": false, "\x7f": false, "é": false, "\x00": false,
	} {
		if got := wire.HeaderSafe(value); got != want {
			t.Errorf("%q is safe: %t; want %t", value, got, want)
		}
	}
}

func TestWhichHeadersMayCarryAToken(t *testing.T) {
	for name, want := range map[string]bool{
		"Authorization": true, "X-Api-Key": true, "x-api-key": true, "!#$%&'*+-.^_`|~": true, "Cookie": true,
		"": false, "content-LENGTH": false, "Host": false, "TE": false, "Accept": false, "X Api": false, "X\x7f": false, "Ä": false,
		`"`: false, "}": false, "X:": false, "X\n": false, "(": false, "a/b": false,
	} {
		if got := wire.TakesToken(name); got != want {
			t.Errorf("%q takes a token: %t; want %t", name, got, want)
		}
	}
}
