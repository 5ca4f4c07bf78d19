package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/resend"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// service is a base that gives its answers one after the other, and the last one again and again.
type service struct {
	answers []answer

	mu     sync.Mutex
	bodies []string    // that came
	resent []int       // what each request tells of how often it was sent before
	at     []time.Time // when it came
}

func (s *service) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.answers[min(len(s.at), len(s.answers)-1)]
	s.bodies, s.resent, s.at = append(s.bodies, string(body)), append(s.resent, resend.Of(req.Context())), append(s.at, time.Now())
	if a.status == 0 {
		return nil, errors.New("the network\nis gone")
	}
	return a.to(req), nil
}

// tooMany is a 429 that asks for a wait of 7 s.
var tooMany = answer{http.StatusTooManyRequests, header("Retry-After", "7"), "too many"}

func TestT4WhatIsRepeated(t *testing.T) {
	ok, failed := answer{status: http.StatusOK, body: "fine"}, answer{status: http.StatusServiceUnavailable, header: header("Retry-After", "7"), body: "down"}
	for name, tt := range map[string]struct {
		answers  []answer
		attempts int
		body     string
		once     bool // the body cannot be sent again
		sent     int
		status   int // 0: an error
		text     string
	}{
		"a 429 with a wait":                 {[]answer{tooMany, ok}, 4, "hello", false, 2, 200, "fine"},
		"without a body":                    {[]answer{tooMany, ok}, 4, "", false, 2, 200, "fine"},
		"two of them":                       {[]answer{tooMany, tooMany, ok}, 4, "hello", false, 3, 200, "fine"},
		"as many as there are attempts":     {[]answer{tooMany}, 3, "hello", false, 3, 429, "too many"},
		"one attempt only":                  {[]answer{tooMany}, 1, "hello", false, 1, 429, "too many"},
		"a body that cannot be sent again":  {[]answer{tooMany, ok}, 4, "hello", true, 1, 429, "too many"},
		"success":                           {[]answer{ok}, 4, "hello", false, 1, 200, "fine"},
		"a 503, whatever it asks for":       {[]answer{failed, ok}, 4, "hello", false, 1, 503, "down"},
		"a 503 after a 429":                 {[]answer{tooMany, failed, ok}, 4, "hello", false, 2, 503, "down"},
		"a network that is gone":            {[]answer{{}, ok}, 4, "hello", false, 1, 0, "the network is gone"},
		"a network that is gone afterwards": {[]answer{tooMany, {}, ok}, 4, "hello", false, 2, 0, "the network is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{answers: tt.answers}
				req := newRequest(t, http.MethodPost, "https://own.example/a", tt.body)
				req.RequestURI = "/a" // that of a proxy's request
				if tt.once {
					req.GetBody = nil
				}
				began := time.Now()
				resp, err := wire.NewRetry(s, wire.NewPolicy(tt.attempts, 30*time.Second, false)).RoundTrip(req)
				if took, want := time.Since(began), time.Duration(tt.sent-1)*7*time.Second; took != want {
					t.Errorf("it took %s; want %s", took, want)
				}
				wantSent(t, s, tt.sent, tt.body)
				if tt.status == 0 {
					if resp != nil || err == nil || err.Error() != tt.text {
						t.Errorf("%v, %q; want %q", resp, err, tt.text)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if text := read(t, resp); resp.StatusCode != tt.status || text != tt.text || resp.Request != req {
					t.Errorf("%d %q to %p; want %d %q to %p", resp.StatusCode, text, resp.Request, tt.status, tt.text, req)
				}
			})
		})
	}
}

// wantSent checks that a request came so often, each time with its whole body, and with the count of the times before.
func wantSent(t *testing.T, s *service, sent int, body string) {
	t.Helper()
	var resent []int
	for i := range sent {
		resent = append(resent, i)
	}
	if !slices.Equal(s.resent, resent) || slices.ContainsFunc(s.bodies, func(came string) bool { return came != body }) {
		t.Errorf("%q came, sent before %v times; want %q %d times", s.bodies, s.resent, body, sent)
	}
}

// Send tells how often the request had been sent before, and counts on from what its context says.
func TestT4SendCountsOn(t *testing.T) {
	for _, answers := range [][]answer{{{status: http.StatusOK}}, {tooMany, {status: http.StatusOK}}} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{answers: answers}
			r := wire.NewRetry(s, wire.NewPolicy(4, time.Minute, false))
			req := newRequest(t, http.MethodGet, "https://own.example/a", "")
			req = req.WithContext(resend.With(req.Context(), 5))
			turn, err := r.Enter(req)
			if err != nil {
				t.Fatal(err)
			}
			defer turn.Leave()
			resp, resent, err := r.Send(req, turn)
			if err != nil || read(t, resp) != "" || resent != 5+len(answers)-1 || s.resent[len(answers)-1] != resent {
				t.Errorf("sent %d times before, and the base was told %v; %v", resent, s.resent, err)
			}
		})
	}
}

func TestT4BodyThatCannotBeMadeAgainIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []answer{tooMany}}
		req := newRequest(t, http.MethodPost, "https://own.example/a", "hello")
		gone := errors.New("the file is gone")
		req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
		resp, err := wire.NewRetry(s, wire.NewPolicy(4, time.Minute, false)).RoundTrip(req)
		if resp != nil || !errors.Is(err, gone) || len(s.at) != 1 {
			t.Errorf("%v, %v after %d requests; want GetBody's error after one", resp, err, len(s.at))
		}
	})
}

// A user's own CheckRetry does not make it more attempts.
func TestT4AttemptsAreTheMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []answer{tooMany}}
		policy := wire.NewPolicy(3, time.Minute, false)
		policy.CheckRetry = func(context.Context, *http.Response, error) (bool, error) { return true, nil }
		policy.Backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return time.Second }
		resp, err := wire.NewRetry(s, policy).RoundTrip(newRequest(t, http.MethodGet, "https://own.example/a", ""))
		if err != nil || resp.StatusCode != http.StatusTooManyRequests || len(s.at) != 3 {
			t.Errorf("%v, %v after %d requests; want the 429 after 3", resp, err, len(s.at))
		}
	})
}
