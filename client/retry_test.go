package client_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// server answers the n-th request with the n-th response, and the last one from then on. It remembers when
// requests came and with what body.
type server struct {
	answers []response
	at      []time.Duration
	bodies  []string
	lengths []int64
	began   time.Time
}

type response struct {
	status int
	header http.Header
	body   string
}

func newServer(answers ...response) *server { return &server{answers: answers, began: time.Now()} }

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.at = append(s.at, time.Since(s.began))
	s.lengths = append(s.lengths, req.ContentLength)
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		s.bodies = append(s.bodies, string(body))
	}
	answer := s.answers[min(len(s.at), len(s.answers))-1]
	header := answer.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: answer.status, Header: header, Body: io.NopCloser(strings.NewReader(answer.body)), Request: req,
	}, nil
}

func tooMany(retryAfter string) response {
	if retryAfter == "" {
		return response{status: 429, body: "slow down"}
	}
	return response{status: 429, header: http.Header{"Retry-After": {retryAfter}}, body: "slow down"}
}

var fine = response{status: 200, body: "fine"}

func TestRetryOn429(t *testing.T) {
	const url = "https://api.example.com/"
	for _, tt := range []struct {
		name    string
		policy  client.RetryPolicy
		timeout time.Duration
		answers []response
		status  int
		waits   []time.Duration // exact times of the requests
	}{
		{name: "none", answers: []response{fine}, status: 200, waits: []time.Duration{0}},
		{name: "one", answers: []response{tooMany("7"), fine}, status: 200, waits: []time.Duration{0, 7 * time.Second}},
		{
			name: "four attempts", answers: []response{tooMany("1")}, status: 429,
			waits: []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second},
		},
		{name: "two attempts", policy: client.RetryPolicy{Attempts: 2}, answers: []response{tooMany("1")}, status: 429, waits: []time.Duration{0, time.Second}},
		{name: "never repeat", policy: client.RetryPolicy{Attempts: 1}, answers: []response{tooMany("1")}, status: 429, waits: []time.Duration{0}},
		{name: "just short enough", answers: []response{tooMany("30"), fine}, status: 200, waits: []time.Duration{0, 30 * time.Second}},
		{name: "too long", answers: []response{tooMany("31")}, status: 429, waits: []time.Duration{0}},
		{name: "a day", answers: []response{tooMany("86400")}, status: 429, waits: []time.Duration{0}},
		{
			name: "longer by policy", policy: client.RetryPolicy{MaxWait: time.Minute}, answers: []response{tooMany("31"), fine},
			status: 200, waits: []time.Duration{0, 31 * time.Second},
		},
		{name: "past the deadline", timeout: 5 * time.Second, answers: []response{tooMany("6")}, status: 429, waits: []time.Duration{0}},
		{name: "before the deadline", timeout: 5 * time.Second, answers: []response{tooMany("4"), fine}, status: 200, waits: []time.Duration{0, 4 * time.Second}},
		{name: "500 is not repeated", answers: []response{{status: 500}, fine}, status: 500, waits: []time.Duration{0}},
		{name: "503 is not repeated", answers: []response{{status: 503, header: http.Header{"Retry-After": {"1"}}}, fine}, status: 503, waits: []time.Duration{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(tt.answers...)
				ctx := t.Context()
				if tt.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
					defer cancel()
				}
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := newHTTPClient(t, client.WithTransport(s), client.WithRetryPolicy(tt.policy)).Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				if err != nil || resp.StatusCode != tt.status {
					t.Errorf("status %d, %v; want %d", resp.StatusCode, err, tt.status)
				}
				if resp.StatusCode == 429 && (string(body) != "slow down" || resp.Header.Get("Retry-After") == "") {
					t.Errorf("the 429 did not come back intact: %q, %v", body, resp.Header)
				}
				if len(s.at) != len(tt.waits) {
					t.Fatalf("requests at %v; want %v", s.at, tt.waits)
				}
				for i, want := range tt.waits {
					if s.at[i] != want || s.bodies[i] != "body" || s.lengths[i] != 4 {
						t.Errorf("request %d at %s with %q (length %d); want at %s the whole body", i, s.at[i], s.bodies[i], s.lengths[i], want)
					}
				}
			})
		})
	}
}

func TestRetryBacksOffWithoutHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(tooMany(""), tooMany("-1"), tooMany("9300000000"), fine)
		resp, err := newHTTPClient(t, client.WithTransport(s)).Get("https://api.example.com/")
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v, %v", resp, err)
		}
		defer resp.Body.Close()
		for i, ceiling := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if wait := s.at[i+1] - s.at[i]; wait <= 0 || wait > ceiling {
				t.Errorf("wait %d was %s; want more than 0 and at most %s", i, wait, ceiling)
			}
		}
	})
}

func TestRetryNeedsABodyThatRewinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(tooMany("1"), fine)
		once := io.MultiReader(strings.NewReader("once"))
		resp, err := newHTTPClient(t, client.WithTransport(s)).Post("https://api.example.com/", "text/plain", once)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != 429 || len(s.at) != 1 {
			t.Errorf("status %d after %d requests; want the 429 after one", resp.StatusCode, len(s.at))
		}
	})
}

func TestRetryWaitObeysContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(tooMany("20"), fine)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := newHTTPClient(t, client.WithTransport(s)).Do(req)
		if err == nil {
			resp.Body.Close()
		}
		if !errors.Is(err, context.Canceled) || time.Since(s.began) != 3*time.Second {
			t.Errorf("%v after %s; want context.Canceled after 3 s", err, time.Since(s.began))
		}
	})
}

func TestRetryLeavesNetworkErrorsAlone(t *testing.T) {
	broken := errors.New("connection reset")
	calls := 0
	hc := newHTTPClient(t, client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
		calls++
		return nil, broken
	})))
	resp, err := hc.Get("https://api.example.com/path?x=1")
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, broken) || calls != 1 {
		t.Errorf("%v after %d requests; want the error after one", err, calls)
	}
	if n := strings.Count(err.Error(), "api.example.com"); n != 1 {
		t.Errorf("the URL is in the error %d times: %v", n, err)
	}
}

// go-retryablehttp would put its own words around it, and log; net/http logs where a response comes with an error.
func TestErrorOfARetryIsAsItIs(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		getBody func() (io.ReadCloser, error)
		retry   func(*http.Request) (*http.Response, error)
	}{
		"network": {
			getBody: func() (io.ReadCloser, error) { return http.NoBody, nil },
			retry:   func(*http.Request) (*http.Response, error) { return nil, broken },
		},
		"body": {
			getBody: func() (io.ReadCloser, error) { return nil, broken },
			retry:   newServer(fine).RoundTrip,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var logged strings.Builder
				defer log.SetOutput(log.Writer())
				log.SetOutput(&logged)
				limited := newServer(tooMany("1"))
				hc := newHTTPClient(t, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					if len(limited.at) == 0 {
						return limited.RoundTrip(req)
					}
					return tt.retry(req)
				})))
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/path", strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				req.GetBody = tt.getBody
				_, err = hc.Do(req)
				if !errors.Is(err, broken) || err.Error() != `Post "https://api.example.com/path": broken` {
					t.Errorf("%v; want the error as it is", err)
				}
				if logged.Len() > 0 {
					t.Errorf("logged: %s", &logged)
				}
			})
		})
	}
}

func TestNewHTTPClientSendsNothingInTheClear(t *testing.T) {
	s := newServer(fine)
	resp, err := newHTTPClient(t, client.WithTransport(s)).Post("http://api.example.com/sign-up", "text/plain", strings.NewReader("password"))
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, client.ErrInvalidInput) || len(s.at) != 0 {
		t.Errorf("%v after %d requests; want ErrInvalidInput and no request", err, len(s.at))
	}
	resp, err = newHTTPClient(t, client.WithTransport(s), client.WithInsecureHTTP()).Get("http://api.example.com/")
	if err != nil {
		t.Fatalf("WithInsecureHTTP: %v", err)
	}
	resp.Body.Close()
}
