package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestT1TokenGoesToItsOwnOriginOnly(t *testing.T) {
	for _, tt := range []struct {
		url     string
		origins []string
		ours    bool
	}{
		{url: "https://bezala.sandbox.example/x", ours: true},
		{url: "https://BEZALA.sandbox.example/x", ours: true},
		{url: "HTTPS://bezala.sandbox.example/x", ours: true},
		{url: "https://bezala.sandbox.example:443/x", ours: true},
		{url: "https://bezala.sandbox.example:0443/x", ours: true},
		{url: "https://bezala.sandbox.example:8443/x"},
		{url: "https://bezala.sandbox.example:80/x"},
		{url: "https://sandbox.example/x"},
		{url: "https://api.bezala.sandbox.example/x"},
		{url: "https://bezala.sandbox.example.evil.example/x"},
		{url: "https://bezala.sandbox.example.:443/x"}, // the dot makes another name, which other rules may serve
		{url: "https://evil.example/bezala.sandbox.example"},
		{url: "https://localhost/x"},
		{url: "http://localhost/x"},
		{url: "https://files.example/x", origins: []string{"https://files.example"}, ours: true},
		{url: "https://files.example:443/x", origins: []string{"https://Files.example/path/"}, ours: true},
		{url: "https://bezala.sandbox.example/x", origins: []string{"https://files.example"}, ours: true},
		{url: "https://files.example:444/x", origins: []string{"https://files.example"}},
		{url: "http://localhost:8080/x", origins: []string{"http://localhost:8080"}, ours: true},
		{url: "https://other.example/x", origins: []string{"https://files.example"}},
	} {
		t.Run(tt.url, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				net := record(everywhere(srv))
				c := bezalaService.client(t, srv, client.WithTransport(net), client.WithOrigins(tt.origins...))
				if _, err := fetch(t.Context(), c.HTTPClient(), tt.url); err != nil {
					t.Fatal(err)
				}
				got := net.authorization()
				if tt.ours && !slices.Equal(got, []string{"Bearer " + mustToken(t, c).Value()}) {
					t.Errorf("Authorization %q; want our token", got)
				}
				if !tt.ours && len(got) > 0 {
					t.Errorf("Authorization %q; want none", got)
				}
				if !tt.ours && srv.Counts().LoginRequests > 0 {
					t.Error("logged in for a request that needs no token")
				}
			})
		})
	}
}

// The same host by another scheme is another origin, also if plain http is allowed.
func TestT1TokenGoesToItsOwnSchemeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		net := record(everywhere(srv))
		c := bezalaService.client(t, srv, client.WithTransport(net), client.WithInsecureHTTP())
		if _, err := fetch(t.Context(), c.HTTPClient(), "http://bezala.sandbox.example/x"); err != nil {
			t.Fatal(err)
		}
		if len(net.authorization()) > 0 {
			t.Error("the token went out in the clear")
		}
	})
}

// One address may have several services behind it: a request for another Host is not for ours.
func TestT1TokenGoesToItsOwnHostOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		net := record(everywhere(srv))
		c := bezalaService.client(t, srv, client.WithTransport(net))
		for host, authorised := range map[string]bool{
			"": true, "bezala.sandbox.example": true, "Bezala.Sandbox.example:443": true,
			"other.example": false, "bezala.sandbox.example:8443": false, "bezala.sandbox.example.other.example": false,
		} {
			req := newRequest(t, http.MethodGet, c.BaseURL()+"/x", nil)
			req.Host = host
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if got := len(net.authorization()) > 0; got != authorised {
				t.Errorf("Host %q: authorised %t; want %t", host, got, authorised)
			}
		}
	})
}

// A request that brings its own Authorization keeps its header, and its 401 is not taken for ours.
func TestT1CallersOwnAuthorizationIsLeftAlone(t *testing.T) {
	for name, header := range map[string][]string{"own": {"Basic b3duOm93bg=="}, "none wanted": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				net := record(everywhere(srv))
				c := bezalaService.client(t, srv, client.WithTransport(net))
				token := mustToken(t, c)
				for range 10 {
					req := newRequest(t, http.MethodGet, c.BaseURL()+bezalaService.resource, nil)
					req.Header["Authorization"] = header
					req.Header.Set("Accept", "application/json") // else the service leads to its login page
					resp, err := c.HTTPClient().Do(req)
					if err != nil {
						t.Fatal(err)
					}
					resp.Body.Close()
					if resp.StatusCode != http.StatusUnauthorized {
						t.Errorf("HTTP %d", resp.StatusCode)
					}
					if got := net.authorization(); !slices.Equal(got, header) {
						t.Errorf("Authorization %q; want %q", got, header)
					}
				}
				if !mustToken(t, c).Equal(token) || c.Status().Replays != 0 {
					t.Error("the 401 was taken for ours")
				}
				wantLogins(t, srv, 1)
				if n := srv.Counts().Requests; n != 11 {
					t.Errorf("%d requests; want 11", n)
				}
			})
		})
	}
}

// net/http sends names as the map spells them: ours, or its own, beside the caller's would be two.
func TestT1NamesInOddSpellingAreSentOnce(t *testing.T) {
	srv := newRawServer(t, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	c := newClient(t, bearer.Token{Service: "s", BaseURL: srv.url, Token: client.Static("ours")})
	clients := map[string]*http.Client{"with an account": c.HTTPClient(), "without an account": newHTTPClient(t)}
	for name, value := range map[string]string{
		"Authorization": "Basic b3duOm93bg==", "Accept": "image/png", "User-Agent": "own/1", "Host": "other.example",
	} {
		for _, spelt := range []string{name, strings.ToUpper(name), strings.ToLower(name), strings.ToLower(name[:1]) + name[1:]} {
			for whose, hc := range clients {
				req := newRequest(t, http.MethodGet, srv.url+"/x", nil)
				req.Header[spelt] = []string{value}
				req.Header["X-Other"] = []string{"1"}
				if _, err := sendAndRead(hc, req); err != nil {
					t.Fatal(err)
				}
				want := value
				if spelt == "Host" { // net/http says that it leaves this one out
					want = strings.TrimPrefix(srv.url, "http://")
				}
				head := srv.head()
				if got := head[strings.ToLower(name)]; !slices.Equal(got, []string{want}) {
					t.Errorf("%s, %s: %q went out; want the caller's", whose, spelt, got)
				}
				if name == "Host" && len(head["authorization"]) > 0 {
					t.Errorf("%s, %s: the token went to another host", whose, spelt)
				}
				if len(req.Header) != 2 || req.Header[spelt] == nil {
					t.Errorf("%s, %s: the caller's own request has %v now", whose, spelt, req.Header)
				}
			}
		}
	}
}

// A Host that names the service's own host is no other's, and is sent once as well.
func TestT1HostAmongTheHeaders(t *testing.T) {
	srv := newRawServer(t, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	c := newClient(t, bearer.Token{Service: "s", BaseURL: srv.url, Token: client.Static("ours")})
	own := strings.TrimPrefix(srv.url, "http://")
	for _, spelt := range []string{"Host", "host", "HOST"} {
		for host, want := range map[string][]string{own: {"Bearer ours"}, own + "1": nil, "other.example": nil, "": nil} {
			req := newRequest(t, http.MethodGet, srv.url+"/x", nil)
			req.Header[spelt] = []string{host}
			if _, err := sendAndRead(c.HTTPClient(), req); err != nil {
				t.Fatal(err)
			}
			head := srv.head()
			if got := head["authorization"]; !slices.Equal(got, want) || len(head["host"]) != 1 {
				t.Errorf("%s %q: Authorization %q, Host %q; want %q and one Host", spelt, host, got, head["host"], want)
			}
		}
	}
}

// net/http writes these targets as they are, and a server or a proxy goes by them.
func TestT1TokenStaysAwayFromOddTargets(t *testing.T) {
	for name, odd := range map[string]func(*http.Request){
		"opaque host":          func(req *http.Request) { req.URL.Opaque = "//evil.example/x" },
		"opaque URL":           func(req *http.Request) { req.URL.Opaque = "http://evil.example/x" },
		"opaque path":          func(req *http.Request) { req.URL.Opaque = "/x" },
		"opaque word":          func(req *http.Request) { req.URL.Opaque = "evil.example" },
		"URL as a path":        func(req *http.Request) { req.URL.Path = "https://evil.example/x" },
		"host as a path":       func(req *http.Request) { req.URL.Path = "evil.example:443" },
		"asterisk":             func(req *http.Request) { req.Method, req.URL.Path = http.MethodOptions, "*" },
		"CONNECT":              func(req *http.Request) { req.Method = http.MethodConnect },
		"CONNECT to a host":    func(req *http.Request) { req.Method, req.URL.Path = http.MethodConnect, "" },
		"CONNECT to an opaque": func(req *http.Request) { req.Method, req.URL.Opaque = http.MethodConnect, "evil.example:443" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				net := record(answers(fine))
				c := bezalaService.client(t, srv, client.WithTransport(net))
				req := newRequest(t, http.MethodGet, c.BaseURL()+"/x", nil)
				odd(req)
				if _, err := sendAndRead(c.HTTPClient(), req); err != nil {
					t.Fatal(err)
				}
				if sent := net.requests(); len(sent) != 1 || sent[0].header["Authorization"] != nil {
					t.Errorf("sent %v; want one request without a token", sent)
				}
			})
		})
	}
}

// An Upgrade goes home with the token, and its answer can be written to. It goes elsewhere without.
func TestT1UpgradeCarriesTheTokenHomeOnly(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"+r.Header.Get("Authorization")+"\n")
		_, _ = io.CopyN(conn, conn, 4)
	}
	home, other := httptest.NewServer(http.HandlerFunc(echo)), httptest.NewServer(http.HandlerFunc(echo))
	defer home.Close()
	defer other.Close()
	c := newClient(t, bearer.Token{Service: "s", BaseURL: home.URL, Token: client.Static("our-token")})
	for url, want := range map[string]string{home.URL: "Bearer our-token\nping", other.URL: "\nping"} {
		for _, name := range []string{"Upgrade", "upgrade", "UPGRADE"} {
			req := newRequest(t, http.MethodGet, url+"/x", nil)
			req.Header[name], req.Header["Connection"] = []string{"echo"}, []string{"Upgrade"}
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if conn, ok := resp.Body.(io.ReadWriteCloser); resp.StatusCode != http.StatusSwitchingProtocols || !ok {
				t.Errorf("HTTP %d with a %T; want one to write to", resp.StatusCode, resp.Body)
			} else if _, err := io.WriteString(conn, "ping"); err != nil {
				t.Error(err)
			}
			if got, err := io.ReadAll(resp.Body); string(got) != want || err != nil {
				t.Errorf("%s: %q, %v; want %q", name, got, err, want)
			}
			_ = resp.Body.Close()
		}
	}
}

// These are the service's own paths, however they look.
func TestT1TokenGoesToOddPaths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		net := record(everywhere(srv))
		c := bezalaService.client(t, srv, client.WithTransport(net))
		for _, path := range []string{"", "/", "//evil.example/x", "/https://evil.example/x", "/%2F%2Fevil.example", "/a:b", "/x?u=//evil.example", "?x"} {
			if _, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+path); err != nil {
				t.Fatal(err)
			}
			if got := net.authorization(); !slices.Equal(got, []string{"Bearer " + mustToken(t, c).Value()}) {
				t.Errorf("%q: Authorization %q; want our token", path, got)
			}
		}
	})
}

// A server that forwards a request, as httputil.ReverseProxy does, leaves its RequestURI in it.
func TestT1RequestURIIsNotSent(t *testing.T) {
	srv := newRawServer(t, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
	c := newClient(t, bearer.Token{Service: "s", BaseURL: srv.url, Token: client.Static("ours")})
	req := newRequest(t, http.MethodGet, srv.url+"/x", nil)
	req.RequestURI = "http://evil.example/x"
	resp, err := c.HTTPClient().Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if head := srv.head(); !slices.Equal(head[""], []string{"GET /x HTTP/1.1"}) {
		t.Errorf("sent %q", head[""])
	}
}

// A password in the URL is an Authorization of the caller's own.
func TestT1PasswordInTheURLIsTheCallersOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		net := record(everywhere(srv))
		c := bezalaService.client(t, srv, client.WithTransport(net))
		if _, err := fetch(t.Context(), c.HTTPClient(), "https://own:own@bezala.sandbox.example/x"); err != nil {
			t.Fatal(err)
		}
		if got := net.authorization(); !slices.Equal(got, []string{"Basic b3duOm93bg=="}) {
			t.Errorf("Authorization %q; want the caller's", got)
		}
	})
}

// New refuses plain http to another machine, before anything is asked or sent.
func TestT1PlainHTTPNeedsToBeAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = append(sent, req.URL.Scheme+" "+req.Header.Get("Authorization"))
			return fine.to(req)
		})
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			return client.NewToken(client.TokenResponse{Value: "ours"})
		})
		login.account.BaseURL = "http://own.example"
		_, err := client.New(login, client.WithTransport(base))
		wantErr(t, err, client.ErrInvalidInput)

		c := newClient(t, login, client.WithTransport(base), client.WithInsecureHTTP())
		get(t, c, "/x")
		login.account.BaseURL = "http://127.0.0.2:8080"
		c = newClient(t, login, client.WithTransport(base))
		get(t, c, "/x")
		if len(sent) != 2 || !strings.HasPrefix(sent[0], "http Bearer ") || !strings.HasPrefix(sent[1], "http Bearer ") {
			t.Errorf("sent %q; want two authorised requests", sent)
		}

		// Not even an origin that the caller added.
		login.account.BaseURL = "https://own.example"
		c, err = client.New(login, client.WithTransport(base), client.WithOrigins("http://files.example"))
		if err == nil {
			_, err = fetch(t.Context(), c.HTTPClient(), "http://files.example/x")
		}
		wantErr(t, err, client.ErrInvalidInput)
		if len(sent) != 2 {
			t.Errorf("sent %q in the clear", sent[2:])
		}
	})
}

func TestT1NewHTTPClientSendsNothingInTheClear(t *testing.T) {
	s := record(answers(fine))
	hc := newHTTPClient(t, client.WithTransport(s))
	resp, err := hc.Post("http://api.example.com/sign-up", "text/plain", strings.NewReader("password"))
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, client.ErrInvalidInput) || len(s.requests()) != 0 {
		t.Errorf("%v after %d requests; want ErrInvalidInput and no request", err, len(s.requests()))
	}
	resp, err = newHTTPClient(t, client.WithTransport(s), client.WithInsecureHTTP()).Get("http://api.example.com/")
	if err != nil {
		t.Fatalf("WithInsecureHTTP: %v", err)
	}
	resp.Body.Close()
}

// An http.RoundTripper owes that to its caller.
func TestT1BodyThatIsNotSentInTheClearIsClosed(t *testing.T) {
	body := &closed{Reader: strings.NewReader("password")}
	_, err := newHTTPClient(t).Post("http://api.example.com/sign-up", "text/plain", body)
	wantErr(t, err, client.ErrInvalidInput)
	if !body.is {
		t.Error("the body was not closed")
	}
}

// A request's URL is not made canonical, as a base URL is.
func TestT1LocalhostInAnySpellingIsThisMachine(t *testing.T) {
	hc := newHTTPClient(t, client.WithTransport(answers(fine)))
	for _, host := range []string{"localhost", "LOCALHOST", "LocalHost:8080"} {
		if _, err := fetch(t.Context(), hc, "http://"+host+"/"); err != nil {
			t.Error(err)
		}
	}
}
