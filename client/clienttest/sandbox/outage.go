package sandbox

import (
	"cmp"
	"net/http"
	"time"
)

// Outage is trouble in front of a service: instead of its own answer, requests get this one,
// those that break the spec too, which is recorded all the same. The zero value ends an outage.
type Outage struct {
	Kind  OutageKind
	Scope Scope
	Times int // how many requests it strikes before it ends by itself; 0: until the next SetOutage

	Status   int           // 0: 503 for ErrorJSON and ErrorHTML, 200 for GarbageJSON, 302 for Redirect
	Location string        // of a Redirect; "": https://elsewhere.example/
	Wait     time.Duration // that a TooManyRequests asks for
	Dialect  Dialect       // of a TooManyRequests
}

// OutageKind is what an Outage answers.
type OutageKind int

// Kinds of outage.
const (
	NoOutage        OutageKind = iota
	ErrorJSON                  // Status, with an error of the service's shape
	ErrorHTML                  // Status, with a page: a proxy's 502, a firewall's 403, a portal's 200
	GarbageJSON                // Status, application/json, a body cut off in the middle
	Redirect                   // Status to Location
	TooManyRequests            // 429 in Dialect, however many requests came before
	Reset                      // the connection is reset without an answer
	Hang                       // no answer until the caller leaves or the Server is closed
)

// Scope says which requests an Outage strikes.
type Scope int

// Scopes of an outage.
const (
	Everything Scope = iota
	Logins           // requests to login routes
	Protected        // requests to routes that need a token
)

// SetOutage replaces the outage. The zero Outage ends it.
func (s *Server) SetOutage(o Outage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = o
}

// strike returns the outage if it strikes x.
func (s *Server) strike(x *exchange) (Outage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.outage
	if o.Kind == NoOutage || o.Scope == Logins && !x.login || o.Scope == Protected && !x.protected {
		return Outage{}, false
	}
	if o.Times > 0 {
		if s.outage.Times--; s.outage.Times == 0 {
			s.outage = Outage{}
		}
	}
	return o, true
}

// suffer is what x gets from o.
func (s *Server) suffer(x *exchange, o Outage) (answer, error) {
	switch o.Kind {
	case ErrorHTML:
		return htmlAnswer(cmp.Or(o.Status, http.StatusServiceUnavailable)), nil
	case GarbageJSON:
		return plainAnswer(cmp.Or(o.Status, http.StatusOK), "application/json", `{"access_token": "ey`), nil
	case Redirect:
		a := htmlAnswer(cmp.Or(o.Status, http.StatusFound))
		a.header.Set("Location", cmp.Or(o.Location, "https://elsewhere.example/"))
		return a, nil
	case TooManyRequests:
		limit := RateLimit{Requests: cmp.Or(s.config().RateLimit.Requests, 1), Window: o.Wait, Dialect: o.Dialect}
		return s.tooMany(limit, o.Wait), nil
	case Reset:
		return answer{}, errReset
	case Hang:
		ctx := x.request.Context()
		select {
		case <-ctx.Done():
			return answer{}, ctx.Err()
		case <-s.closed:
			return answer{}, errClosed
		}
	default:
		return s.service.failure(cmp.Or(o.Status, http.StatusServiceUnavailable)), nil
	}
}
