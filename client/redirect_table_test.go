package client_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// destinations are where a redirect from https://home.example leads, as whose place.
var destinations = []struct {
	whose owner
	to    []string
}{
	{ours, []string{
		"/landing", "landing", "?x=1", "/", "//home.example/landing", "https://home.example/landing", "https://home.example", "https://home.example:443/landing", "https://home.example:/landing",
		"https://HOME.example/landing", "HTTPS://Home.Example:443/landing", "/a/../landing", "/%2e%2e/landing", "https://home.example/https://other.example/", "/@other.example", `/\other.example`,
		"https://home.example/landing?to=https://other.example#@other.example",
	}},
	{oursWithAnother, []string{"https://me:pw@home.example/landing", "//me:pw@home.example:443/landing", "https://:pw@home.example/", "https://me@HOME.example/"}},
	// net/http turns these letters into plain ones, and asks home. For us they are another's name, so no token goes along.
	{oursWithout, []string{"https://ｈｏｍｅ.example/landing", "https://home。example/landing", "https://ℋome.example/landing"}},
	{strange, []string{
		"https://other.example/landing", "//other.example/landing", "https://sub.home.example/landing", "https://example/landing", "https://home.example.evil.example/", "https://evilhome.example/", "https://home.example-evil.example/",
		"https://home-example/", "https://home.example./landing", "https://home.example.:443/", "https://home.example:8443/landing", "https://home.example:444/", "https://home.example:4430/",
		"https://other.example:443/", "https://other.example/home.example", "https://other.example?home.example", "https://other.example#home.example", "https://home.example@other.example/", "https://home.example:443@other.example/",
		"https://home.example%40other.example@other.example/", "https://me:pw@other.example/", "https://xn--hme-sna.example/", "https://höme.example/", "https://hоme.example/", "https://home.exämple/", "https://[::1]:8443/", "https://[2001:db8::1]/",
		"https://[fe80::1%25eth0]:8443/", "https://127.0.0.1:8443/", "https://127.0.0.1/", "https://2130706433/", "https://0177.0.0.1/", "https://localhost:8443/", "https://home_example/", "https://home..example/", "https://-home.example/",
	}},
	{inTheClear, []string{
		"http://home.example/landing", "http://home.example:443/", "http://home.example:8080/", "http://HOME.example/", "HTTP://home.example/", "http://other.example/landing", "http://sub.home.example/", "http://localhost:8080/landing",
		"http://127.0.0.1:8080/", "http://[::1]:8080/", "http:///landing", "ftp://home.example/", "ws://home.example/", "wss://home.example/", "javascript:alert(1)", "data:,x", "file:///etc/passwd", "about:blank", "mailto:me@home.example",
	}},
	{nowhere, []string{"https://home.example%2eevil.example/", "https://home.example\\@other.example/", "https://home.example:port/", "https://[::1/", "https://ho me.example/", "https://%zz/", "/%zz", ":", "://home.example/", "https://home.example:443:80/", ""}},
}

type owner string

const (
	ours            owner = "home"
	oursWithAnother owner = "home, with a credential of its own"
	oursWithout     owner = "home, by another name"
	strange         owner = "a stranger"
	inTheClear      owner = "in the clear, or no https at all"
	nowhere         owner = "nowhere"
)

// Wherever a redirect leads, the token and the caller's own credentials and bodies stay at home.
func TestT2RedirectsOfAllKinds(t *testing.T) {
	n := newInternet(t)
	c, token := n.client(t)
	count := 0
	for _, d := range destinations {
		t.Run(string(d.whose), func(t *testing.T) {
			for _, to := range d.to {
				for i, status := range []int{301, 302, 303, 307, 308} {
					others := []string{"HEAD", "PUT", "DELETE"}
					for _, method := range []string{"GET", "POST", others[(count+i)%len(others)]} {
						count++
						t.Run(fmt.Sprintf("%d/%s/%s", status, method, to), func(t *testing.T) {
							n.redirected(t, c.HTTPClient(), "Bearer "+token.Value(), d.whose, to, status, method)
						})
					}
				}
			}
		})
	}
	t.Logf("%d redirects", count)
	wantLogins(t, n.sandbox, 1)
}

// redirected sends a request that is redirected, and checks what each side saw.
func (n *internet) redirected(t *testing.T, hc *http.Client, authorization string, whose owner, to string, status int, method string) {
	var body io.Reader
	if method == http.MethodPost || method == http.MethodPut {
		body = strings.NewReader("our body")
	}
	req := newRequest(t, method, redirectURL(status, to), body)
	req.Header.Set("Cookie", "session=ours")
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	home, strangers := n.home.seen(), n.stranger.seen()
	if len(home) == 0 || !slices.Equal(home[0].header["Authorization"], []string{authorization}) {
		t.Fatalf("at home %v; want the request", home)
	}
	for _, v := range strangers {
		if strings.Contains(to, "@") && strings.HasPrefix(v.header.Get("Authorization"), "Basic ") { // it stands in the Location
			v.header.Del("Authorization")
		}
	}
	wantNothingOfOurs(t, strangers)

	fetches := method == http.MethodGet || method == http.MethodHead
	follows, then := true, method
	switch {
	case status < 307 && !fetches:
		then = http.MethodGet
	case whose == strange || whose == oursWithout:
		follows = fetches
	}
	if whose == inTheClear || whose == nowhere {
		follows = false
	}
	if !follows {
		if len(home)+len(strangers) != 1 || resp.StatusCode != status {
			t.Errorf("HTTP %d, visits %v, %v; want the redirect itself", resp.StatusCode, home, strangers)
		}
		return
	}
	visits := slices.Concat(home[1:], strangers)
	if len(visits) != 1 || len(strangers) == 1 != (whose == strange) || resp.StatusCode != http.StatusOK && whose == strange {
		t.Fatalf("HTTP %d, visits %v, %v; want it followed", resp.StatusCode, home, strangers)
	}
	got, sent := visits[0].header["Authorization"], visits[0].body == "our body"
	switch {
	case visits[0].method != then:
		t.Errorf("followed with %s; want %s", visits[0].method, then)
	case whose == ours && !slices.Equal(got, []string{authorization}):
		t.Errorf("Authorization %q; want our token", got)
	case whose == oursWithAnother && (len(got) != 1 || !strings.HasPrefix(got[0], "Basic ")):
		t.Errorf("Authorization %q; want that of the URL", got)
	case whose == oursWithout && len(got) > 0:
		t.Errorf("Authorization %q; want none", got)
	case sent != (body != nil && status >= 307):
		t.Errorf("the body was sent along: %t", sent)
	}
}
