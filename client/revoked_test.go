package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

func TestRevocationUnderManyRequestsIsOneLogin(t *testing.T) {
	t.Parallel()
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const requests = 1000
				srv := s.start(t, sandbox.Config{Latency: 100 * time.Millisecond})
				c := s.client(t, srv, client.WithTransport(slow(srv.Transport(), s.resource, time.Second)))
				mustToken(t, c)
				time.AfterFunc(500*time.Millisecond, func() { srv.RevokeAll() })
				atOnce(requests, func(int) {
					resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+s.resource)
					if err != nil || resp.StatusCode != http.StatusOK {
						t.Errorf("%v, %v", resp, err)
					}
				})
				counts := srv.Counts()
				if counts.LoginRequests != 2 || counts.Protected != requests || counts.Unauthorized != requests {
					t.Errorf("%+v; want 1 more login, and each request answered 401 once and 200 once", counts)
				}
				if n := c.Status().Replays; n != requests {
					t.Errorf("%d replays; want %d", n, requests)
				}
			})
		})
	}
}

// Requests that come back with a 401 long after the others find the new token: they must not throw it away.
func TestLateRejectionKeepsTheNewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			late, err := time.ParseDuration(req.URL.RawQuery)
			if err != nil {
				return srv.Transport().RoundTrip(req)
			}
			time.Sleep(time.Second)
			resp, err := srv.Transport().RoundTrip(req)
			time.Sleep(late)
			return resp, err
		})))
		mustToken(t, c)
		time.AfterFunc(time.Second/2, srv.RevokeAll)
		atOnce(100, func(i int) {
			url := fmt.Sprintf("%s%s?%ds", c.BaseURL(), bezalaService.resource, i*10)
			if resp, err := fetch(t.Context(), c.HTTPClient(), url); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %v", resp, err)
			}
		})
		wantLogins(t, srv, 2)
		if n := c.Status().Replays; n != 100 {
			t.Errorf("%d replays; want 100", n)
		}
	})
}

// forbidding answers 401 on one route, whatever the token.
func forbidding(rt http.RoundTripper, path string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path != path {
			return rt.RoundTrip(req)
		}
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return &http.Response{
			StatusCode: http.StatusUnauthorized, Header: http.Header{}, Request: req,
			Body: io.NopCloser(strings.NewReader("not for you")), ContentLength: int64(len("not for you")),
		}, nil
	})
}

func TestRouteThatAlwaysAnswers401IsNotALoginPerRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls, span = 10000, 5 * time.Minute
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
		for range calls {
			if status := get(t, c, "/forbidden"); status != http.StatusUnauthorized {
				t.Fatalf("HTTP %d", status)
			}
			if status := get(t, c, bezalaService.resource); status != http.StatusOK {
				t.Fatalf("another route: HTTP %d", status)
			}
			time.Sleep(span / calls)
		}
		counts := srv.Counts()
		if counts.LoginRequests > 10 {
			t.Errorf("%d logins in 5 min; want at most 10", counts.LoginRequests)
		}
		if counts.Protected != calls || counts.Unauthorized != 0 {
			t.Errorf("the other route's requests: %+v; want %d, each answered at once", counts, calls)
		}
		// From then on the pause is 5 min.
		for range 3600 {
			get(t, c, "/forbidden")
			time.Sleep(time.Second)
		}
		if more := srv.Counts().LoginRequests - counts.LoginRequests; more > 13 {
			t.Errorf("%d more logins in an hour; want at most 13", more)
		}
	})
}

// The pause that a closed route has come to is not the others': when the token is revoked, they have a new one at
// once.
func TestRevocationBesideARouteThatAlwaysAnswers401(t *testing.T) {
	t.Parallel()
	for _, closedFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("closed route asked first: ", closedFirst), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := bezalaService.start(t, sandbox.Config{})
				c := bezalaService.client(t, srv, client.WithTransport(forbidding(srv.Transport(), "/forbidden")))
				const revocations, apart = 6, 11 * time.Minute // so that the pause of 5 min is on at most of them
				seconds := int(apart / time.Second)
				for second := 1; second <= (revocations+1)*seconds; second++ {
					if closedFirst {
						get(t, c, "/forbidden")
					}
					if status := get(t, c, bezalaService.resource); status != http.StatusOK {
						t.Errorf("after %d s another route answers HTTP %d", second, status)
					}
					if !closedFirst {
						get(t, c, "/forbidden")
					}
					if second%seconds == 0 {
						srv.RevokeAll()
					}
					time.Sleep(time.Second)
				}
				// As in the test before, and one per revocation.
				if n := srv.Counts().Logins; n > 10+13*2+revocations+1 {
					t.Errorf("%d logins", n)
				}
			})
		})
	}
}

// A route that was closed for a while, and then answers a new token, is like any other again.
func TestRouteThatIsOpenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		closed := true
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if closed {
				return forbidding(srv.Transport(), bezalaService.resource).RoundTrip(req)
			}
			return srv.Transport().RoundTrip(req)
		})))
		for range 1000 {
			get(t, c, bezalaService.resource)
			time.Sleep(time.Second)
		}
		closed = false
		srv.RevokeAll()
		for get(t, c, bezalaService.resource) != http.StatusOK {
			time.Sleep(time.Second) // the pause of a closed route
		}
		for range 3 {
			time.Sleep(10 * time.Minute)
			srv.RevokeAll()
			if status := get(t, c, bezalaService.resource); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		}
	})
}

// Only the last closed routes are remembered, and those that come after them still cause no login per request.
func TestMoreClosedRoutesThanAreRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasPrefix(req.URL.Path, "/closed/") {
				return forbidding(srv.Transport(), req.URL.Path).RoundTrip(req)
			}
			return srv.Transport().RoundTrip(req)
		})))
		for i := range 3600 {
			get(t, c, fmt.Sprint("/closed/", i))
			time.Sleep(time.Second)
		}
		if n := srv.Counts().Logins; n > 10+13 {
			t.Errorf("%d logins in an hour; want at most 23", n)
		}
	})
}

func TestPauseBetweenRejectionsGrowsAndIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		logins := recordLogins(bezalaService, srv)
		c := bezalaService.client(t, srv, client.WithTransport(forbidding(logins, "/forbidden")))
		want := []time.Duration{0, 0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811}
		for range 1000 {
			get(t, c, "/forbidden")
			time.Sleep(time.Second)
		}
		got := logins.times()
		for i := range want {
			if len(got) != len(want) || got[i] != want[i]*time.Second {
				t.Fatalf("logins at %v; want them at %v s", got, want)
			}
		}

		// A quiet period after the end of the pause at 1111 s.
		time.Sleep(time.Duration(1111+300-1000)*time.Second + time.Nanosecond)
		get(t, c, "/forbidden")
		time.Sleep(time.Second)
		get(t, c, "/forbidden")
		if n := len(logins.times()); n != len(want)+2 {
			t.Errorf("%d logins after a quiet period; want one at once, and one 1 s later", n-len(want))
		}
	})
}

func TestRejectedRequestIsReplayedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		var sent []string
		base := forbidding(srv.Transport(), "/forbidden")
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/forbidden" {
				body, err := io.ReadAll(req.Body)
				if err != nil {
					return nil, err
				}
				sent = append(sent, req.Header.Get("Authorization")+" "+string(body))
				if req.ContentLength != int64(len("payload")) {
					t.Errorf("Content-Length %d", req.ContentLength)
				}
			}
			return base.RoundTrip(req)
		})))
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
		want := []string{"Bearer " + first.Value() + " payload", "Bearer " + second.Value() + " payload"}
		if len(sent) != 2 || sent[0] != want[0] || sent[1] != want[1] {
			t.Errorf("sent %q; want %q", sent, want)
		}
	})
}

// NoBody has no GetBody, and needs none.
func TestRejectedRequestWithNoBodyIsReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		srv.RevokeAll()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.BaseURL()+bezalaService.resource, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Body = http.NoBody
		resp, err := c.HTTPClient().Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%v, %v; want the answer to a replay", resp, err)
		}
	})
}

// Otherwise its connection could not be used again.
func TestAnswerBeforeAReplayIsReadAndClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		text := strings.NewReader("not for you")
		body, first := &closed{Reader: text}, true
		c := bezalaService.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path != "/once" {
				return srv.Transport().RoundTrip(req)
			}
			answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}
			if first {
				first, answer.StatusCode, answer.Body = false, http.StatusUnauthorized, body
			}
			return answer, nil
		})))
		get(t, c, "/once")
		if !body.is || text.Len() > 0 {
			t.Errorf("closed: %t, %d bytes unread", body.is, text.Len())
		}
	})
}

// A body that cannot be sent again goes out once; the 401 is the answer, and the next request has a new token.
func TestRejectedRequestWithABodyThatCannotRewind(t *testing.T) {
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
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.BaseURL()+bezalaService.resource, io.MultiReader(strings.NewReader("once")))
		if err != nil {
			t.Fatal(err)
		}
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

// A service that answers each login with the same token leaves nothing to try again with.
func TestSameTokenAgainIsNoReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logins, requests := 0, 0
		c := newClient(t, fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"},
			secret:  client.Static("secret"),
			login: func(context.Context, *http.Client, string) (client.Token, error) {
				logins++
				return client.NewToken(client.TokenResponse{Value: "always-the-same"})
			},
		}, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			requests++
			return forbidding(nil, req.URL.Path).RoundTrip(req)
		})))
		if status := get(t, c, "/"); status != http.StatusUnauthorized {
			t.Errorf("HTTP %d", status)
		}
		if logins != 2 || requests != 1 {
			t.Errorf("%d logins, %d requests; want 2 and 1", logins, requests)
		}
	})
}

// A failed login is the answer to the request that it was for.
func TestRejectedAndNoLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		account := srv.Accounts()[0]
		account.Secret = "changed-password"
		srv.SetAccounts([]sandbox.Account{account}) // revokes the token too
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				_, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+bezalaService.resource)
				wantErr(t, err, client.ErrInvalidCredentials)
			})
		}
		calls.Wait()
		wantLogins(t, srv, 2)
	})
}

// D5: the 401 to a body that cannot be sent again comes back at once, however long the login takes that runs behind.
func TestT3StreamedUploadsRejectionWaitsForNoLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		srv.RevokeAll()
		srv.SetOutage(sandbox.Outage{Kind: sandbox.Hang, Scope: sandbox.Logins})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.BaseURL()+bezalaService.resource, io.MultiReader(strings.NewReader("")))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		resp, err := c.HTTPClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if took := time.Since(began); resp.StatusCode != http.StatusUnauthorized || took != 0 {
			t.Errorf("HTTP %d after %s; want the 401 at once", resp.StatusCode, took)
		}
		srv.SetOutage(sandbox.Outage{})
		time.Sleep(loginLimit)
		synctest.Wait() // the login that runs behind has ended: no goroutine is left
		wantLogins(t, srv, 2)
	})
}

// loginLimit is how long one request of a login may take.
const loginLimit = 30 * time.Second
