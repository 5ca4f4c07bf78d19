package sandbox

import (
	"net/http"
	"slices"
)

// Counts are the numbers of what a [Server] has seen and answered since it started.
type Counts struct {
	Requests      int // all requests, counted on arrival
	LoginRequests int // requests to a login route, counted on arrival, successful or not
	Logins        int // successful logins
	Refused       int // logins whose credentials did not match
	RateLimited   int // answers with status 429
	Protected     int // answers with status 200 from routes that need a token
	Unauthorized  int // answers with status 401 from routes that need a token
	Violations    int // requests that broke the spec
}

// Counts returns the numbers so far.
func (srv *Server) Counts() Counts {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// Violations returns one error per request that has broken the spec so far. Its text names service, route, field and
// rule, and never a value.
func (srv *Server) Violations() []error {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (s *world) count(change func(*Counts)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.counts)
}

// arrived counts a request before it is answered.
func (s *world) arrived(x *exchange) {
	violation := x.violation(s.service.name)
	s.mu.Lock()
	s.counts.Requests++
	if x.login {
		s.counts.LoginRequests++
	}
	if violation != nil {
		s.counts.Violations++
		s.violations = append(s.violations, violation)
	}
	report := s.cfg.OnViolation
	s.mu.Unlock()

	if violation != nil && report != nil {
		report(violation)
	}
}

// answered counts a request by the status of its answer. Method admit counts logins and refusals.
func (s *world) answered(x *exchange, status int) {
	s.count(func(c *Counts) {
		switch {
		case status == http.StatusTooManyRequests:
			c.RateLimited++
		case x.protected && status == http.StatusUnauthorized:
			c.Unauthorized++
		case x.protected && status == http.StatusOK:
			c.Protected++
		}
	})
}
