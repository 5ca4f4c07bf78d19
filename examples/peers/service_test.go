package peers

import (
	"net/http"
	"sync"
	"time"
)

// service takes each token but the revoked one, and notes when a request came. It is a RoundTripper: nothing is sent.
type service struct {
	mu        sync.Mutex
	answers   []*http.Response // those of the next requests, instead of 200
	last      string           // Authorization of the last request
	revoked   string
	challenge string // WWW-Authenticate of a 401
	requests  []time.Time
}

func (s *service) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, time.Now())
	s.last = req.Header.Get("Authorization")
	switch {
	case s.last == "" || s.last == s.revoked:
		return answer(http.StatusUnauthorized, `{"message": "the token is revoked"}`, "WWW-Authenticate", s.challenge), nil
	case len(s.answers) > 0:
		next := s.answers[0]
		s.answers = s.answers[1:]
		return next, nil
	}
	return answer(http.StatusOK, `{}`), nil
}

// revoke ends the token of the last request.
func (s *service) revoke(challenge string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked, s.challenge = s.last, challenge
}

// gaps returns how long it took from each request to the next.
func (s *service) gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(s.requests); i++ {
		gaps = append(gaps, s.requests[i].Sub(s.requests[i-1]))
	}
	return gaps
}
