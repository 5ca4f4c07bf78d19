package sandbox

import (
	"cmp"
	"net/http"
	"time"
)

// Outage is trouble in front of a service. Requests get its answer instead of the service's own; a request that breaks
// the spec is still recorded. The zero value is no outage.
type Outage struct {
	Kind  OutageKind // answer that requests get
	Scope Scope      // requests that the outage strikes
	Times int        // number of requests after which the outage ends; 0: it lasts until the next SetOutage

	Status   int           // 0: 503 for ErrorJSON and ErrorHTML, 200 for GarbageJSON, 302 for Redirect
	Location string        // target of a Redirect; "": https://elsewhere.example/
	Wait     time.Duration // wait that a TooManyRequests asks for
	Dialect  Dialect       // dialect of a TooManyRequests
}

// OutageKind is the answer of an [Outage].
type OutageKind int

// These are the kinds of outage.
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

// Scope is the set of requests that an [Outage] strikes.
type Scope int

// These are the scopes of an outage.
const (
	Everything Scope = iota
	Logins           // requests to login routes
	Protected        // requests to routes that need a token
)

// SetOutage replaces the outage. The zero Outage ends it.
func (srv *Server) SetOutage(o Outage) {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = o
}

// strike returns the outage, and whether it strikes x.
func (s *world) strike(x *exchange) (Outage, bool) {
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

// suffer returns the answer of o to x.
func (s *world) suffer(x *exchange, o Outage) (answer, error) {
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
