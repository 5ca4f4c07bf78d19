package sandbox

import "net/http"

// Handle adds a route of your own, behind the token check: what the service has and its document here has not. The
// pattern is one of [http.ServeMux], such as "GET /api/receipts/{id}". Documented routes come first, so a pattern such
// as "/" is for all others. Handle panics as the ServeMux does: if the pattern is wrong, or conflicts with another one.
//
// A request without a live token is answered as at a route of the document, and does not reach the handler. The handler
// gets the request as it came, up to 1 MiB of its body, and its answer is sent as a whole when it returns. Latency and
// outages strike such a route as those of the document that need a token, and [Counts] count it so. It is in no
// violation.
func (srv *Server) Handle(pattern string, handler http.Handler) {
	srv.world().own.Handle(pattern, handler)
}

// isOwn reports whether a request is for a route of the user's own.
func (s *world) isOwn(r *http.Request) bool {
	_, pattern := s.own.Handler(r)
	return pattern != ""
}

// readOwn checks the token of a request for a route of the user's own. It may come in each way that the spec has.
func (s *world) readOwn(x *exchange) {
	_, x.route = s.own.Handler(x.request)
	x.own, x.protected = true, true
	for _, scheme := range s.service.spec().doc.Components.SecuritySchemes {
		if token, ok := credential(x.request, scheme.Value); ok {
			s.allow(x, scheme.Value, token)
		}
	}
	if len(x.body) > maxBody {
		x.refusal = http.StatusRequestEntityTooLarge
	}
}
