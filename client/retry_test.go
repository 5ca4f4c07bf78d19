package client_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

func TestT4RetryOn429(t *testing.T) {
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
		{
			name: "two attempts", policy: client.RetryPolicy{Attempts: 2}, answers: []response{tooMany("1")}, status: 429,
			waits: []time.Duration{0, time.Second},
		},
		{
			name: "never repeat", policy: client.RetryPolicy{Attempts: 1}, answers: []response{tooMany("1")}, status: 429,
			waits: []time.Duration{0},
		},
		{
			name: "just short enough", answers: []response{tooMany("30"), fine}, status: 200,
			waits: []time.Duration{0, 30 * time.Second},
		},
		{name: "too long", answers: []response{tooMany("31")}, status: 429, waits: []time.Duration{0}},
		{name: "a day", answers: []response{tooMany("86400")}, status: 429, waits: []time.Duration{0}},
		{
			name: "longer by policy", policy: client.RetryPolicy{MaxWait: time.Minute}, answers: []response{tooMany("31"), fine},
			status: 200, waits: []time.Duration{0, 31 * time.Second},
		},
		{
			name: "past the deadline", timeout: 5 * time.Second, answers: []response{tooMany("6")}, status: 429,
			waits: []time.Duration{0},
		},
		{
			name: "before the deadline", timeout: 5 * time.Second, answers: []response{tooMany("4"), fine}, status: 200,
			waits: []time.Duration{0, 4 * time.Second},
		},
		{name: "500 is not repeated", answers: []response{{status: 500}, fine}, status: 500, waits: []time.Duration{0}},
		{
			name: "503 is not repeated", answers: []response{{status: 503, header: http.Header{"Retry-After": {"1"}}}, fine},
			status: 503, waits: []time.Duration{0},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := record(answers(tt.answers...))
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
				if got := s.times(); !slices.Equal(got, tt.waits) {
					t.Errorf("requests at %v; want %v", got, tt.waits)
				}
				for i, got := range s.requests() {
					if got.body != "body" || got.length != 4 {
						t.Errorf("request %d with %q (length %d); want the whole body", i, got.body, got.length)
					}
				}
			})
		})
	}
}

func TestT4RetryBacksOffWithoutHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := record(answers(tooMany(""), tooMany("-1"), tooMany("9300000000"), fine))
		resp, err := newHTTPClient(t, client.WithTransport(s)).Get("https://api.example.com/")
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%v, %v", resp, err)
		}
		defer resp.Body.Close()
		at := s.times()
		for i, ceiling := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if wait := at[i+1] - at[i]; wait <= 0 || wait > ceiling {
				t.Errorf("wait %d was %s; want more than 0 and at most %s", i, wait, ceiling)
			}
		}
	})
}

// A wait that is shorter than a request takes is none: whoever obeyed it would send all four at once.
func TestT4RetryBacksOffAfterATinyHint(t *testing.T) {
	for name, header := range map[string]http.Header{
		"a fraction":        {"Retry-After": {"1e-10"}},
		"zero":              {"Retry-After": {"0"}},
		"negative":          {"Retry-After": {"-1e-10"}},
		"not a number":      {"Retry-After": {"NaN"}},
		"a millisecond":     {"Retry-After": {"0.001"}},
		"a nanosecond":      {"Retry-After": {"1e-9"}},
		"of a millisecond":  {"Retry-After-Ms": {"1e-4"}},
		"reset":             {"Ratelimit-Reset": {"1e-5"}},
		"reset of old":      {"X-Ratelimit-Reset": {"0.0001"}},
		"structured":        {"Ratelimit": {`"login";r=0;t=1e-6`}},
		"structured of old": {"Ratelimit": {"limit=1, remaining=0, reset=0.002"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := record(answers(response{status: http.StatusTooManyRequests, header: header}))
				resp, err := newHTTPClient(t, client.WithTransport(s)).Get("https://api.example.com/")
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				// Of random waits up to 1, 2 and 4 s the sum is below 10 ms once in 5 × 10⁷ times.
				if at := s.times(); len(at) != 4 || at[3] < 10*time.Millisecond {
					t.Errorf("requests at %v; want 4 over some time", at)
				}
			})
		})
	}
}

func TestT4RetryNeedsABodyThatRewinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := record(answers(tooMany("1"), fine))
		once := io.MultiReader(strings.NewReader("once"))
		resp, err := newHTTPClient(t, client.WithTransport(s)).Post("https://api.example.com/", "text/plain", once)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if n := len(s.requests()); resp.StatusCode != 429 || n != 1 {
			t.Errorf("status %d after %d requests; want the 429 after one", resp.StatusCode, n)
		}
	})
}

func TestT4RetryWaitObeysContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := newHTTPClient(t, client.WithTransport(answers(tooMany("20"), fine))).Do(req)
		if err == nil {
			resp.Body.Close()
		}
		if took := time.Since(began); !errors.Is(err, context.Canceled) || took != 3*time.Second {
			t.Errorf("%v after %s; want context.Canceled after 3 s", err, took)
		}
	})
}

func TestT4RetryLeavesNetworkErrorsAlone(t *testing.T) {
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

// go-retryablehttp would put its own words around it, and log; net/http logs if a response comes with an error.
func TestT4ErrorOfARetryIsAsItIs(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		getBody func() (io.ReadCloser, error)
		retry   roundTripper
	}{
		"network": {
			getBody: func() (io.ReadCloser, error) { return http.NoBody, nil },
			retry:   func(*http.Request) (*http.Response, error) { return nil, broken },
		},
		"body": {
			getBody: func() (io.ReadCloser, error) { return nil, broken },
			retry:   fine.to,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var logged strings.Builder
				defer log.SetOutput(log.Writer())
				log.SetOutput(&logged)
				requests := 0
				hc := newHTTPClient(t, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					if requests++; requests == 1 {
						return tooMany("1").to(req)
					}
					return tt.retry(req)
				})))
				req := newRequest(t, http.MethodPost, "https://api.example.com/path", strings.NewReader("body"))
				req.GetBody = tt.getBody
				_, err := hc.Do(req)
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
