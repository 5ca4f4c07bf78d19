package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxBody is the longest body of a request, in bytes. No documented one comes near it.
const maxBody = 1 << 20

var (
	errClosed = errors.New("sandbox: server is closed")
	errReset  = errors.New("sandbox: connection reset")
)

// exchange is one request on its way to its answer.
type exchange struct {
	request   *http.Request // the request with its body unread and the documented path, for the generated server
	own       bool          // it is for a route of the user's own
	body      []byte
	route     string // text for a violation: "POST /v1/auth/login", or the known part of it
	login     bool
	protected bool
	quota     RateLimit // the operation's documented limit
	accepts   []string  // the types in Accept
	page      bool      // it asks for the service's login page
	caller    Account   // account of the live token that the request carries
	allowed   bool      // whether there is such a token, or none is needed
	refusal   int       // 404, 405 or 413 if no operation takes the request; otherwise 0
	methods   []string  // methods of the path, with a 405
	broken    []string  // faults in the parts that the operation needs
	faults    []string  // all faults
}

type exchangeKey struct{}

// exchangeFrom returns the exchange that a call of a generated server belongs to.
func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// respond returns the service's answer to r. An error means that there is no answer: it is the error of r's context,
// errReset or errClosed.
func (s *world) respond(r *http.Request) (answer, error) {
	x, err := s.read(r)
	if err != nil {
		return answer{}, err
	}
	s.arrived(x)
	if err := s.pause(r.Context(), s.config().Latency); err != nil {
		return answer{}, err
	}
	a, err := s.decide(x)
	if err != nil {
		return answer{}, err
	}
	s.answered(x, a.status)
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	return a, nil
}

// decide asks in this order: the outage, the limit of requests, the router, the token, the operation.
func (s *world) decide(x *exchange) (answer, error) {
	if outage, struck := s.strike(x); struck {
		return s.suffer(x, outage)
	}
	if a, limited := s.limited(x); limited {
		return a, nil
	}
	if x.page {
		return htmlAnswer(http.StatusOK), nil
	}
	if x.refusal != 0 {
		a := s.service.failure(x.refusal)
		if len(x.methods) > 0 {
			a.header.Set("Allow", strings.Join(x.methods, ", "))
		}
		return a, nil
	}
	if !x.allowed {
		return s.unauthorized(x), nil
	}
	if len(x.broken) > 0 {
		return s.service.malformed(s, x), nil
	}
	handler := s.handler
	if x.own {
		handler = s.own
	}
	recorder := httptest.NewRecorder()
	ctx := context.WithValue(x.request.Context(), exchangeKey{}, x)
	handler.ServeHTTP(recorder, x.request.WithContext(ctx))
	return answer{recorder.Code, recorder.Header(), recorder.Body.Bytes()}, nil
}

// unauthorized answers a request without a live token.
func (s *world) unauthorized(x *exchange) answer {
	if s.service.wantsJSON == nil || s.service.wantsJSON(x.accepts) {
		return s.service.failure(http.StatusUnauthorized)
	}
	a := htmlAnswer(http.StatusFound)
	a.header.Set("Location", s.service.loginPage)
	return a
}

// read reads the request and checks it against the spec.
func (s *world) read(r *http.Request) (*exchange, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	x := &exchange{request: r, body: body, accepts: accepted(r)}
	if s.service.loginPage != "" && r.Method == http.MethodGet && r.URL.Path == s.service.loginPage {
		x.route, x.page = "the login page", true
		return x, nil
	}

	spec := s.service.spec()
	path := s.documentedPath(r)
	route, methods := spec.route(r.Method, path)
	switch {
	case route == nil && s.isOwn(r):
		s.readOwn(x)
		return x, nil
	case route == nil && methods == nil:
		x.route, x.refusal, x.faults = "no such route", http.StatusNotFound, []string{"unknown path"}
		return x, nil
	case route == nil:
		x.route, x.refusal, x.methods = path, http.StatusMethodNotAllowed, methods
		x.faults = []string{"method must be " + strings.Join(methods, " or ")}
		return x, nil
	}
	r.URL.Path, r.URL.RawPath = route.Path, ""
	x.route = route.Method + " " + route.Path
	x.login = slices.Contains(s.service.logins, route.Operation.OperationID)
	x.protected = spec.protected(route.Operation)
	x.quota = spec.quota(route.Operation)
	if len(body) > maxBody {
		x.refusal, x.faults = http.StatusRequestEntityTooLarge, []string{"body is larger than 1 MiB"}
		return x, nil
	}

	x.broken = faults(r, route, func(scheme *openapi3.SecurityScheme, credential string) bool {
		return s.allow(x, scheme, credential)
	})
	x.allowed = x.allowed || !x.protected
	x.faults = x.broken
	if x.login && !slices.Contains(x.accepts, jsonType) {
		x.faults = append(slices.Clip(x.faults), "header Accept must name application/json")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return x, nil
}

// allow notes whose credential it is, and reports whether it is a live one.
func (s *world) allow(x *exchange, scheme *openapi3.SecurityScheme, credential string) bool {
	check := s.bearer
	if scheme.Type == "apiKey" && scheme.In == "header" {
		check = s.apiKey
	}
	caller, ok := check(credential)
	if ok {
		x.caller, x.allowed = caller, true
	}
	return ok
}

// documentedPath returns the document's name for the path of r. It differs from that only if Config.LoginPath is set.
func (s *world) documentedPath(r *http.Request) string {
	path, login, documented := r.URL.EscapedPath(), s.config().LoginPath, s.service.loginPath
	switch {
	case login == "" || documented == "":
		return path
	case path == login:
		return documented
	case path == documented:
		return ""
	}
	return path
}

// violation returns all faults of x in one error, or nil.
func (x *exchange) violation(service string) error {
	if len(x.faults) == 0 {
		return nil
	}
	return errors.New(service + ": " + x.route + ": " + strings.Join(x.faults, "; "))
}

// undecodable answers a body that fits the spec and not the generated model, such as one with the same field twice,
// once in capital letters.
func (s *world) undecodable(w http.ResponseWriter, r *http.Request, _ error) {
	_ = s.service.malformed(s, exchangeFrom(r.Context())).write(w) // w is a recorder
}

// pause waits for d, at most until ctx is done or the server is closed.
func (s *world) pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
}
