package sandbox

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Server is one service in memory. Make one with NewBecard, NewBezala, NewBleepay or NewFormLogin.
type Server struct {
	// URL is the base URL, without a trailing slash: http://127.0.0.1:<port>, or
	// https://<service>.sandbox.example if InProcess.
	URL string

	service  *service
	handler  http.Handler     // the generated server
	listener *httptest.Server // nil if InProcess
	close    func()
	closed   chan struct{}
	key      []byte // signs JWTs

	mu         sync.Mutex // guards what follows; never held over a wait or a callback
	cfg        Config
	outage     Outage
	window     window
	tokens     map[string]grant
	counts     Counts
	violations []error
}

// service is what the four have not in common.
type service struct {
	name     string
	spec     func() *spec
	logins   []string // operation IDs
	methods  []string
	accounts []Account
	lifetime time.Duration // usual lifetime of a token; 0: no end
	refusal  int           // usual status of refused credentials

	loginPath string                        // documented path that Config.LoginPath replaces; "": it cannot
	keeps     func([]Account, Account) bool // whether a token outlives a change of accounts; nil: always

	// handler returns the generated server over this service's strict implementation.
	handler func(*Server) http.Handler
	// malformed answers a request whose body breaks the spec.
	malformed func(*Server, *exchange) answer
	// failure is an error that is no login's own: 401, 404, 405, 413, 429, 5xx.
	failure func(status int) answer
}

// NewBecard starts a becard server. Like httptest.NewServer it panics if it cannot listen; it also panics if
// cfg has an account with a login method that the service does not have. So do the other three.
func NewBecard(cfg Config) *Server { return newServer(&becardService, cfg) }

// NewBezala starts a bezala server.
func NewBezala(cfg Config) *Server { return newServer(&bezalaService, cfg) }

// NewBleepay starts a bleepay server.
func NewBleepay(cfg Config) *Server { return newServer(&bleepayService, cfg) }

// NewFormLogin starts a formlogin server.
func NewFormLogin(cfg Config) *Server { return newServer(&formLoginService, cfg) }

func newServer(svc *service, cfg Config) *Server {
	cfg.Accounts = svc.canonical(cfg.Accounts)
	s := &Server{
		URL:     "https://" + svc.name + ".sandbox.example",
		service: svc,
		closed:  make(chan struct{}),
		key:     make([]byte, 32),
		cfg:     cfg,
		tokens:  map[string]grant{},
	}
	rand.Read(s.key)
	s.handler = svc.handler(s)
	s.close = sync.OnceFunc(func() {
		close(s.closed)
		if s.listener != nil {
			s.listener.Close()
		}
	})
	if !cfg.InProcess {
		s.listener = httptest.NewServer(s)
		s.URL = s.listener.URL
	}
	return s
}

// Close ends the listener and every request under way, whose callers get no answer. Requests after it fail.
// Close may be called more than once.
func (s *Server) Close() { s.close() }

// Accounts returns the accounts that may log in, those of a bleepay sign-up included.
func (s *Server) Accounts() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.cfg.Accounts)
}

// SetAccounts replaces the accounts; nil brings the documents' examples back. Tokens of removed accounts live
// on, except at bezala: there, as its document says, a removed user's tokens die, and so do those that a
// password got which has changed.
func (s *Server) SetAccounts(accounts []Account) {
	accounts = s.service.canonical(accounts)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Accounts = accounts
	if s.service.keeps != nil {
		maps.DeleteFunc(s.tokens, func(_ string, g grant) bool { return !s.service.keeps(accounts, g.account) })
	}
}

// SetTokenLifetime sets the life of the tokens to come, as Config.TokenLifetime does.
func (s *Server) SetTokenLifetime(d time.Duration) {
	s.configure(func(c *Config) { c.TokenLifetime = d })
}

// SetLatency sets the latency of the requests to come.
func (s *Server) SetLatency(d time.Duration) {
	s.configure(func(c *Config) { c.Latency = d })
}

// SetClockOffset moves the service's clock, and with it the end of every token.
func (s *Server) SetClockOffset(d time.Duration) {
	s.configure(func(c *Config) { c.ClockOffset = d })
}

// SetRateLimit replaces the limit of logins and starts a new window.
func (s *Server) SetRateLimit(limit RateLimit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.RateLimit, s.window = limit, window{}
}

func (s *Server) configure(change func(*Config)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.cfg)
}

func (s *Server) config() Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg
}

// now is the time on the service's clock.
func (s *Server) now() time.Time { return time.Now().Add(s.config().ClockOffset) }
