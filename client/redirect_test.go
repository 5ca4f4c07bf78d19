package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A service hands a download over to its file store, which takes one kind of credential: the one in its URL.
func TestT2RedirectToAFileStoreIsFollowed(t *testing.T) {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			http.Error(w, "only one auth mechanism allowed", http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, "the receipt")
	}))
	defer store.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{"", http.MethodGet, http.MethodHead} {
			srv := httptest.NewServer(http.RedirectHandler(store.URL+"/receipt.pdf?signature=abc", status))
			c := newClient(t, bearer.Token{Service: "s", BaseURL: srv.URL, Token: client.Static("t")})
			req := newRequest(t, method, srv.URL+"/receipts/1/file", nil)
			req.Method = method // NewRequest makes "" a GET
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK || string(body) != "the receipt" && method != http.MethodHead {
				t.Errorf("%s by way of a %d: HTTP %d, %.60q", method, status, resp.StatusCode, body)
			}
			srv.Close()
		}
	}
}

// A body is replayed to no stranger, whatever the method, and not after a redirect at home either.
func TestT2RedirectReplaysNoBodyToAStranger(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	const away = "https://other.example/landing"
	for _, status := range []int{307, 308} {
		for name, from := range map[string]string{
			"at once":                    redirectURL(status, away),
			"after a redirect with body": redirectURL(307, redirectURL(status, away)),
		} {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
				resp, err := c.HTTPClient().Do(newRequest(t, method, from, strings.NewReader("our body")))
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if visits := n.stranger.seen(); len(visits) != 0 || resp.StatusCode != status {
					t.Errorf("%s, %d to a %s with a body: HTTP %d, visits %v; want the redirect itself", name, status, method, resp.StatusCode, visits)
				}
			}
		}
		// The redirect at home has made it a GET without a body.
		resp, err := c.HTTPClient().Post(redirectURL(302, redirectURL(status, away)), "text/plain", strings.NewReader("our body"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		visits := n.stranger.seen()
		wantNothingOfOurs(t, visits)
		if len(visits) != 1 || visits[0].method != http.MethodGet {
			t.Errorf("a POST that became a GET, then a %d: visits %v; want one GET", status, visits)
		}
	}
}

// A Location is relative to the host that sends it: at a stranger's it stays there, and // names another host.
func TestT2RelativeRedirects(t *testing.T) {
	n := newInternet(t)
	c, token := n.client(t)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for from, want := range map[string]string{
			redirectURL(status, "//other.example/landing"):                                 "https://other.example/landing",
			redirectURL(status, "https://other.example"+redirect(status, "landing?x=1#y")): "https://other.example/landing?x=1",
			redirectURL(status, "https://other.example"+redirect(status, "/landing")):      "https://other.example/landing",
			redirectURL(status, `https:\\/\\/home.example/landing`):                        "",
		} {
			resp, err := fetch(t.Context(), c.HTTPClient(), from)
			visits := n.stranger.seen()
			wantNothingOfOurs(t, visits)
			switch {
			case want == "":
				if err == nil && len(visits) > 0 {
					t.Errorf("%s: visits %v; want none", from, visits)
				}
			case err != nil:
				t.Error(err)
			case resp.StatusCode != http.StatusOK || len(visits) == 0 || visits[len(visits)-1].url != want:
				t.Errorf("%s: HTTP %d, visits %v; want the last at %s", from, resp.StatusCode, visits, want)
			}
		}
		n.home.seen()
		if _, err := fetch(t.Context(), c.HTTPClient(), redirectURL(status, "landing")); err != nil {
			t.Error(err)
		}
		visits := n.home.seen()
		if len(visits) != 2 || visits[1].header.Get("Authorization") != "Bearer "+token.Value() {
			t.Errorf("%d within home: visits %v; want two with our token", status, visits)
		}
	}
}

// A stranger sends the request back home: it is not ours to authorise.
func TestT2RedirectHomeByWayOfAStrangerIsNotAuthorised(t *testing.T) {
	n := newInternet(t)
	c, token := n.client(t)
	for _, way := range elsewhere {
		for _, status := range []int{301, 302, 303, 307, 308} {
			back := way + redirect(status, homeURL+bezalaService.resource)
			req := newRequest(t, http.MethodGet, redirectURL(302, back), nil)
			req.Header.Set("Accept", "application/json") // else the service leads to its login page
			resp, err := sendAndRead(c.HTTPClient(), req)
			if err != nil {
				t.Fatal(err)
			}
			wantNothingOfOurs(t, n.stranger.seen())
			visits := n.home.seen()
			if len(visits) != 2 {
				t.Fatalf("%s: visits %v; want two", way, visits)
			}
			wantNothingOfOurs(t, visits[1:])
			if resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: HTTP %d; want 401", way, resp.StatusCode)
			}
		}
	}
	if !mustToken(t, c).Equal(token) {
		t.Error("the 401 to a request that we did not authorise cost us the token")
	}
	wantLogins(t, n.sandbox, 1)
}

// A caller's own credentials stay at home as ours do, at every hop.
func TestT2RedirectStripsTheCallersOwnCredentials(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	clients := map[string]*http.Client{
		"with an account":    c.HTTPClient(),
		"without an account": newHTTPClient(t, client.WithTransport(n.transport)),
	}
	for name, hc := range clients {
		for _, away := range elsewhere {
			t.Run(name+" to "+away, func(t *testing.T) {
				// Home, the stranger, and once more within the stranger's.
				again := away + redirect(302, away+"/landing")
				req := newRequest(t, http.MethodGet, redirectURL(302, again), nil)
				req.Header.Set("Authorization", "Basic b3duOm93bg==")
				req.Header.Set("Proxy-Authorization", "Basic b3duOm93bg==")
				req.Header.Set("Cookie", "session=own")
				resp, err := hc.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if home := n.home.seen(); len(home) != 1 || home[0].header.Get("Authorization") != "Basic b3duOm93bg==" {
					t.Errorf("at home: %v; want the caller's own Authorization", home)
				}
				visits := n.stranger.seen()
				if len(visits) != 2 {
					t.Errorf("visits %v; want two", visits)
				}
				wantNothingOfOurs(t, visits)
			})
		}
	}
}

// net/http sends names as the map spells them, and a subdomain gets them all.
func TestT2RedirectStripsNamesInOddSpelling(t *testing.T) {
	n := newInternet(t)
	hc := newHTTPClient(t, client.WithTransport(n.transport))
	for _, status := range []int{302, 307} {
		req := newRequest(t, http.MethodGet, redirectURL(status, "https://sub.home.example/landing"), nil)
		for _, name := range []string{"AUTHORIZATION", "proxy-authorization", "cOOKIE", "referer"} {
			req.Header[name] = []string{homeURL + "/own"}
		}
		req.Header["HOST"] = []string{"home.example"}
		resp, err := hc.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		visits := n.stranger.seen()
		wantNothingOfOurs(t, visits)
		if len(visits) != 1 || visits[0].url != "https://sub.home.example/landing" {
			t.Errorf("visits %v; want one, with its own Host", visits)
		}
	}
}

// The caller's credentials stay at home, also if the transport does not say which request an answer is to.
func TestT2RedirectStripsWithACarelessTransport(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t, client.WithTransport(careless(n.transport)))
	for _, away := range elsewhere {
		again := away + redirect(302, homeURL+bezalaService.resource)
		for _, own := range []bool{true, false} {
			req := newRequest(t, http.MethodGet, redirectURL(302, again), nil)
			req.Header.Set("Accept", "application/json") // else the service leads to its login page
			if own {
				req.Header.Set("Authorization", "Basic b3duOm93bg==")
				req.Header.Set("Cookie", "session=own")
			}
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if visits := n.stranger.seen(); len(visits) != 1 {
				t.Errorf("%s: visits %v; want one", away, visits)
			} else {
				wantNothingOfOurs(t, visits)
			}
			if visits := n.home.seen(); len(visits) != 2 {
				t.Errorf("%s: at home %v; want two visits", away, visits)
			} else {
				wantNothingOfOurs(t, visits[1:])
			}
		}
	}
}

// Hosts that no base URL has are still different hosts: a request is not replayed from one to another.
func TestT2RedirectBetweenInternationalHostsIsNotReplayed(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		net := record(answers(response{status: status, header: http.Header{"Location": {"https://evïl.example/"}}}))
		hc := newHTTPClient(t, client.WithTransport(net))
		resp, err := hc.PostForm("https://bücher.example/sign-up", map[string][]string{"password": {"hunter2"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if sent := net.requests(); resp.StatusCode != status || len(sent) != 1 {
			t.Errorf("HTTP %d after %v; want the %d itself", resp.StatusCode, sent, status)
		}
	}
}

// Plain http reaches this machine only, also by a redirect from this machine.
func TestT2RedirectIntoTheClearIsRefused(t *testing.T) {
	home := &host{}
	server := httptest.NewServer(home)
	defer server.Close()
	hc := newHTTPClient(t)
	_, err := fetch(t.Context(), hc, server.URL+redirect(302, "http://other.example/"))
	wantErr(t, err, client.ErrInvalidInput)
	if _, err := fetch(t.Context(), hc, server.URL+"/landing"); err != nil {
		t.Error(err)
	}
}

func TestT2RedirectsEnd(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	n.home.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/landing", http.StatusFound)
	})
	_, err := fetch(t.Context(), c.HTTPClient(), redirectURL(302, "/landing"))
	if err == nil || !strings.Contains(err.Error(), "10 redirects") {
		t.Errorf("%v; want an end after 10 redirects", err)
	}
	if visits := n.home.seen(); len(visits) != 10 {
		t.Errorf("%d requests; want 10", len(visits))
	}
}

// Two hosts that send a download to each other end, too.
func TestT2RedirectsBetweenStrangersEnd(t *testing.T) {
	n := newInternet(t)
	c, _ := n.client(t)
	n.stranger.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := map[bool]string{true: "https://b.example/", false: "https://a.example/"}[r.Host == "a.example"]
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	})
	_, err := fetch(t.Context(), c.HTTPClient(), redirectURL(307, "https://a.example/"))
	if err == nil || !strings.Contains(err.Error(), "10 redirects") {
		t.Errorf("%v; want an end after 10 redirects", err)
	}
	visits := n.stranger.seen()
	wantNothingOfOurs(t, visits)
	if len(visits) != 9 {
		t.Errorf("%d visits; want 9", len(visits))
	}
}

// The answer of a retry is redirected by the same rules.
func TestT2RedirectAfterARateLimitIsWithoutTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		net := record(everywhere(srv))
		away := http.Header{"Location": {"https://sub.bezala.sandbox.example/"}}
		moved := record(answers(tooMany("1"), response{status: 302, header: away}))
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/moved" {
				return moved.RoundTrip(req)
			}
			return net.RoundTrip(req)
		})))
		status, requests := get(t, c, "/moved"), len(moved.requests())
		if status != http.StatusOK || requests != 2 {
			t.Errorf("HTTP %d after %d requests; want the redirect of the second one followed", status, requests)
		}
		if len(net.authorization()) > 0 {
			t.Error("the token went to a subdomain")
		}
	})
}
