package client_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// everywhere answers at every host: a bezala sandbox at its own, 200 elsewhere. It notes what was sent.
type everywhere struct {
	*sandbox.Server

	mu   sync.Mutex
	sent []*http.Request
}

func (e *everywhere) RoundTrip(req *http.Request) (*http.Response, error) {
	e.mu.Lock()
	e.sent = append(e.sent, req)
	e.mu.Unlock()
	if strings.HasPrefix(req.URL.String(), e.URL+"/api") {
		return e.Transport().RoundTrip(req)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

// authorization returns the header of the last request.
func (e *everywhere) authorization() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sent[len(e.sent)-1].Header["Authorization"]
}

func TestTokenGoesToItsOwnOriginOnly(t *testing.T) {
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
				net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
				c := bezalaService.client(t, net.Server, client.WithTransport(net), client.WithOrigins(tt.origins...))
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
				if !tt.ours && net.Counts().LoginRequests > 0 {
					t.Error("logged in for a request that needs no token")
				}
			})
		})
	}
}

// The same host by another scheme is another origin, also where plain http is allowed.
func TestTokenGoesToItsOwnSchemeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
		c := bezalaService.client(t, net.Server, client.WithTransport(net), client.WithInsecureHTTP())
		if _, err := fetch(t.Context(), c.HTTPClient(), "http://bezala.sandbox.example/x"); err != nil {
			t.Fatal(err)
		}
		if len(net.authorization()) > 0 {
			t.Error("the token went out in the clear")
		}
	})
}

// A request that brings its own Authorization is none of our business: not its header, and not its 401.
func TestCallersOwnAuthorizationIsLeftAlone(t *testing.T) {
	for name, header := range map[string][]string{"own": {"Basic b3duOm93bg=="}, "none wanted": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
				c := bezalaService.client(t, net.Server, client.WithTransport(net))
				token := mustToken(t, c)
				for range 10 {
					req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.BaseURL()+bezalaService.resource, nil)
					if err != nil {
						t.Fatal(err)
					}
					req.Header["Authorization"] = header
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
				wantLogins(t, net.Server, 1)
				if n := net.Counts().Requests; n != 11 {
					t.Errorf("%d requests; want 11", n)
				}
			})
		})
	}
}

// The same for a password in the URL.
func TestPasswordInTheURLIsTheCallersOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
		c := bezalaService.client(t, net.Server, client.WithTransport(net))
		if _, err := fetch(t.Context(), c.HTTPClient(), "https://own:own@bezala.sandbox.example/x"); err != nil {
			t.Fatal(err)
		}
		if got := net.authorization(); !slices.Equal(got, []string{"Basic b3duOm93bg=="}) {
			t.Errorf("Authorization %q; want the caller's", got)
		}
	})
}

// The request is the caller's: nothing is changed in it, whatever becomes of it. A goroutine of the caller's may
// go on reading it.
func TestRequestIsNeverModified(t *testing.T) {
	for _, way := range []string{"answered", "rejected first", "limited first", "without login", "elsewhere"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
				c := bezalaService.client(t, net.Server, client.WithTransport(net))
				url := c.BaseURL() + "/upload"
				answer := http.StatusOK
				switch way {
				case "rejected first":
					answer = http.StatusUnauthorized
				case "limited first":
					answer = http.StatusTooManyRequests
				case "without login":
					net.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON})
				case "elsewhere":
					url = "https://elsewhere.example/upload"
				}
				times := 0
				c = bezalaService.client(t, net.Server, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := net.RoundTrip(req)
					if req.URL.Path != "/upload" || err != nil {
						return resp, err
					}
					if times++; times == 1 {
						resp.StatusCode = answer
					}
					return resp, nil
				})))

				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("payload"))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("X-Own", "own")
				body := &closed{Reader: strings.NewReader("payload")}
				req.Body = body
				header, before := maps.Clone(req.Header), *req

				stop := make(chan struct{})
				var reading sync.WaitGroup
				reading.Go(func() { // the race detector watches
					for {
						select {
						case <-stop:
							return
						case <-time.After(time.Millisecond):
							_ = req.Header.Get("X-Own") + req.URL.String() + req.Method
							_, _ = req.Body, req.ContentLength
						}
					}
				})
				resp, err := c.HTTPClient().Transport.RoundTrip(req)
				if (err != nil) != (way == "without login") {
					t.Errorf("%v, %v", resp, err)
				}
				if err == nil {
					resp.Body.Close()
				}
				close(stop)
				reading.Wait()

				if !maps.EqualFunc(req.Header, header, slices.Equal) {
					t.Errorf("header %v; was %v", req.Header, header)
				}
				if req.Body != before.Body || req.URL != before.URL || req.Method != before.Method ||
					req.ContentLength != before.ContentLength || req.Host != before.Host || req.Response != before.Response {
					t.Errorf("request %+v; was %+v", req, before)
				}
				if !body.is {
					t.Error("its body was not closed")
				}
			})
		})
	}
}

// closed is a body that knows whether it is.
type closed struct {
	io.Reader
	is bool
}

func (c *closed) Close() error {
	c.is = true
	return nil
}

// New is where plain http to another machine is refused, before anything is asked or sent.
func TestPlainHTTPNeedsToBeAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []string
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = append(sent, req.URL.Scheme+" "+req.Header.Get("Authorization"))
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
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

// A response names the request that the caller made, not the copy that carried the token.
func TestResponseDoesNotHandOutTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		for range 2 {
			resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+bezalaService.resource)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != http.StatusOK || resp.Request.Header.Get("Authorization") != "" {
				t.Errorf("HTTP %d, and the response's request carries Authorization: %t", resp.StatusCode,
					resp.Request.Header.Get("Authorization") != "")
			}
			srv.RevokeAll() // the second answer is that of a replay
		}
	})
}
