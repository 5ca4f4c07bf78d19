package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
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
	"github.com/latchkey-go/latchkey/client/internal/resend"
)

func TestT3RejectedRequestIsReplayedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		net := record(forbidding(srv.Transport(), "/forbidden"))
		net.path = "/forbidden"
		c := bezalaService.client(t, srv, client.WithTransport(net))
		first := mustToken(t, c)
		resp, err := c.HTTPClient().Post(c.BaseURL()+"/forbidden", "text/plain", strings.NewReader("payload"))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusUnauthorized || string(body) != "not for you" {
			t.Errorf("%d %q, %v; want the second 401 as it is", resp.StatusCode, body, err)
		}
		second := mustToken(t, c)
		var sent []string
		for _, s := range net.requests() {
			sent = append(sent, s.header.Get("Authorization")+" "+s.body)
			if s.length != int64(len("payload")) {
				t.Errorf("Content-Length %d", s.length)
			}
		}
		want := []string{"Bearer " + first.Value() + " payload", "Bearer " + second.Value() + " payload"}
		if !slices.Equal(sent, want) {
			t.Errorf("sent %q; want %q", sent, want)
		}
	})
}

// NoBody has no GetBody, and needs none.
func TestT3RejectedRequestWithNoBodyIsReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		srv.RevokeAll()
		req := newRequest(t, http.MethodGet, c.BaseURL()+bezalaService.resource, nil)
		req.Body = http.NoBody
		resp, err := c.HTTPClient().Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%v, %v; want the answer to a replay", resp, err)
		}
	})
}

// A body that cannot be sent again goes out once; the 401 is the answer, and the next request has a new token.
func TestT3RejectedRequestWithABodyThatCannotRewindIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		sent := 0
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPut {
				sent++
				body, err := io.ReadAll(req.Body)
				if err != nil || string(body) != "once" {
					t.Errorf("body %q, %v", body, err)
				}
				_ = req.Body.Close()
				req = req.Clone(req.Context())
				req.Method, req.Body, req.ContentLength = http.MethodGet, nil, 0
			}
			return srv.Transport().RoundTrip(req)
		})))
		first := mustToken(t, c)
		srv.RevokeAll()
		req := newRequest(t, http.MethodPut, c.BaseURL()+bezalaService.resource, io.MultiReader(strings.NewReader("once")))
		resp, err := c.HTTPClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusUnauthorized || !strings.Contains(string(body), "Unauthorized") {
			t.Errorf("%d %q, %v; want the service's own 401", resp.StatusCode, body, err)
		}
		if sent != 1 {
			t.Errorf("sent %d times", sent)
		}
		synctest.Wait() // the login runs behind
		if mustToken(t, c).Equal(first) {
			t.Error("the rejected token was kept")
		}
		wantLogins(t, srv, 2)
	})
}

// What is beneath the Client can count how often a request was sent.
func TestT3ReplayIsTheSecondRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var before []int
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == bezalaService.resource {
				before = append(before, resend.Of(req.Context()))
			}
			return srv.Transport().RoundTrip(req)
		})))
		mustToken(t, c)
		srv.RevokeAll()
		get(t, c, bezalaService.resource)
		if !slices.Equal(before, []int{0, 1}) {
			t.Errorf("sent before: %v; want 0 and 1", before)
		}
	})
}

// A service that answers each login with the same token leaves nothing to try again with.
func TestT3SameTokenAgainIsNoReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logins, requests := 0, 0
		c := newClient(t, ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			logins++
			return client.NewToken(client.TokenResponse{Value: "always-the-same"})
		}), client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			requests++
			return forbidden.to(req)
		})))
		if status := get(t, c, "/"); status != http.StatusUnauthorized {
			t.Errorf("HTTP %d", status)
		}
		if logins != 2 || requests != 1 {
			t.Errorf("%d logins, %d requests; want 2 and 1", logins, requests)
		}
	})
}

// A connection can be used again only if its answer was read.
func TestT3AnswerBeforeAReplayIsReadAndClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		text := strings.NewReader("not for you")
		body := &closed{Reader: text}
		c := bezalaService.client(t, srv, client.WithTransport(once(srv.Transport(), "/x", 401, body)))
		get(t, c, "/x")
		if !body.is || text.Len() > 0 {
			t.Errorf("closed: %t, %d bytes unread", body.is, text.Len())
		}
	})
}

// once answers the first request to a path with the given status and body, the next ones with 200, and hands all others
// on.
func once(rt http.RoundTripper, path string, status int, body io.ReadCloser) http.RoundTripper {
	answered := false
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path != path {
			return rt.RoundTrip(req)
		}
		if req.Body != nil {
			_ = req.Body.Close()
		}
		if answered {
			return fine.to(req)
		}
		answered = true
		return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"1"}}, Body: body, Request: req}, nil
	})
}

// The body of a 401 or 429 that is to be repeated may never come: nobody waits for it.
func TestT3StalledAnswerBeforeARepeatIsNotWaitedFor(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			stalled, _ := io.Pipe()
			c := bezalaService.client(t, srv, client.WithTransport(once(srv.Transport(), "/x", status, stalled)))
			mustToken(t, c)
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			began := time.Now()
			resp, err := fetch(ctx, c.HTTPClient(), c.BaseURL()+"/x")
			if err != nil || resp.StatusCode != http.StatusOK || time.Since(began) > 2*time.Second {
				t.Errorf("%d: %v, %v after %s; want 200 within 2 s", status, resp, err, time.Since(began))
			}
		})
	}
}

// A body cannot be had again, although GetBody promises it: the answer is the 401, or after a 429 the error of GetBody.
// Nothing is logged, and no body stays open.
func TestT3GetBodyThatFailsLeavesTheAnswer(t *testing.T) {
	gone := errors.New("the file is gone")
	var logged bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&logged)
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			body := &closed{Reader: strings.NewReader("no")}
			c := bezalaService.client(t, srv, client.WithTransport(once(srv.Transport(), "/x", status, body)))
			req := newRequest(t, http.MethodPost, c.BaseURL()+"/x", strings.NewReader("x"))
			req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
			resp, err := c.HTTPClient().Do(req)
			if status == http.StatusUnauthorized {
				if err != nil || resp.StatusCode != status {
					t.Fatalf("%v, %v; want the 401", resp, err)
				}
				if words, err := io.ReadAll(resp.Body); err != nil || string(words) != "no" {
					t.Errorf("%q, %v; want the words of the 401", words, err)
				}
				_ = resp.Body.Close()
			} else if !errors.Is(err, gone) {
				t.Errorf("%v; want %v", err, gone)
			}
			if !body.is {
				t.Errorf("%d: its body is open", status)
			}
		})
	}
	if logged.Len() > 0 {
		t.Errorf("logged: %s", &logged)
	}
}

// The request is the caller's: nothing is changed in it, whatever becomes of it. A goroutine of the caller's may go on
// reading it.
func TestT3RequestIsNeverModified(t *testing.T) {
	for _, way := range []string{"answered", "rejected first", "limited first", "without login", "elsewhere"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				net := record(everywhere(srv))
				c := bezalaService.client(t, srv, client.WithTransport(net))
				url := c.BaseURL() + "/upload"
				answer := http.StatusOK
				switch way {
				case "rejected first":
					answer = http.StatusUnauthorized
				case "limited first":
					answer = http.StatusTooManyRequests
				case "without login":
					srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON})
				case "elsewhere":
					url = "https://elsewhere.example/upload"
				}
				times := 0
				c = bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					resp, err := net.RoundTrip(req)
					if req.URL.Path != "/upload" || err != nil {
						return resp, err
					}
					if times++; times == 1 {
						resp.StatusCode = answer
					}
					return resp, nil
				})))

				req := newRequest(t, http.MethodPost, url, strings.NewReader("payload"))
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

func TestT3AnswerWithoutABodyIsHandedOn(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusFound} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				base := roundTripper(func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == "/empty" {
						return &http.Response{StatusCode: status, Header: http.Header{}}, nil
					}
					return srv.Transport().RoundTrip(req)
				})
				c := bezalaService.client(t, srv, client.WithTransport(careless(base)))
				defer func() {
					if v := recover(); v != nil {
						t.Errorf("panic: %v", v)
					}
				}()
				resp, err := c.HTTPClient().Get(c.BaseURL() + "/empty")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != status {
					t.Errorf("HTTP %d; want %d", resp.StatusCode, status)
				}
				resp, err = newHTTPClient(t, client.WithTransport(careless(base))).Get(c.BaseURL() + "/empty")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
			})
		})
	}
}

func TestT3NeitherResponseNorErrorIsAnError(t *testing.T) {
	hc := newHTTPClient(t, client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, nil
	})))
	if resp, err := hc.Get("https://api.example.com/"); err == nil {
		t.Errorf("%v and no error", resp)
	}
}
