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

// Server is one service in memory. [NewBecard] and the like make one; the zero value must not be used. However it is
// printed, no account and no token is in it. A Server is safe for concurrent use by multiple goroutines.
type Server struct {
	// URL is the base URL, without a slash at the end: http://127.0.0.1:<port>, or with Config.InProcess
	// https://<service>.sandbox.example.
	URL string

	world func() *world // a function, which package fmt prints as an address, wherever it lies
}

// world is what a Server is made of.
type world struct {
	service  *service
	url      string
	handler  http.Handler     // the generated server
	own      *http.ServeMux   // routes of the user's own
	listener *httptest.Server // nil if InProcess
	close    func()
	closed   chan struct{}
	key      []byte // key that signs JWTs

	mu         sync.Mutex // guards the fields below; never held during a wait or a callback
	cfg        Config
	outage     Outage
	windows    map[string]window // by what shares a limit
	tokens     map[string]grant
	counts     Counts
	violations []error
}

// service is what differs between the services. Each has a file of its name.
type service struct {
	name     string
	spec     func() *spec
	logins   []string // operation IDs
	methods  []string
	accounts []Account
	lifetime time.Duration // usual life of a token; 0: no end
	refusal  int           // usual status of refused credentials

	loginPath string                        // documented path that Config.LoginPath replaces; "": none
	loginPage string                        // path of the page that a dead token leads to, as in frameworks for websites
	wantsJSON func(accept []string) bool    // reports whether a request gets a 401 and not that page; nil: always
	keeps     func([]Account, Account) bool // reports whether a token outlives a change of accounts; nil: always

	// handler returns the generated server with this service's implementation.
	handler func(*world) http.Handler
	// malformed answers a request whose body breaks the spec.
	malformed func(*world, *exchange) answer
	// failure returns an answer that is no refusal of a login: 401, 404, 405, 413, 429 or 5xx.
	failure func(status int) answer
}

func newServer(svc *service, cfg Config) *Server {
	cfg.Accounts = svc.canonical(cfg.Accounts)
	s := &world{
		url:     "https://" + svc.name + ".sandbox.example",
		service: svc,
		own:     http.NewServeMux(),
		closed:  make(chan struct{}),
		key:     make([]byte, 32),
		cfg:     cfg,
		windows: map[string]window{},
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
		s.listener = httptest.NewServer(http.HandlerFunc(s.serve))
		s.url = s.listener.URL
	}
	return &Server{URL: s.url, world: func() *world { return s }}
}

// Close ends the listener and every request under way: their callers get no answer. Later requests fail. A second call
// of Close has no effect.
func (srv *Server) Close() { srv.world().close() }

// Accounts returns the accounts that may log in. bleepay's sign-up adds accounts.
func (srv *Server) Accounts() []Account {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.cfg.Accounts)
}

// SetAccounts replaces the accounts. Nil restores the examples of the service's document. Tokens of removed accounts
// live on, except at Bezala: there, as its document says, tokens die when the user is removed or the password changes.
// It panics if the service does not have an account's login method.
func (srv *Server) SetAccounts(accounts []Account) {
	s := srv.world()
	accounts = s.service.canonical(accounts)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Accounts = accounts
	if s.service.keeps != nil {
		maps.DeleteFunc(s.tokens, func(_ string, g grant) bool { return !s.service.keeps(accounts, g.account) })
	}
}

// SetTokenLifetime sets the life of later tokens, as [Config].TokenLifetime does.
func (srv *Server) SetTokenLifetime(d time.Duration) {
	s := srv.world()
	s.configure(func(c *Config) { c.TokenLifetime = d })
}

// SetLatency sets the latency of later requests.
func (srv *Server) SetLatency(d time.Duration) {
	s := srv.world()
	s.configure(func(c *Config) { c.Latency = d })
}

// SetClockOffset sets the service's clock, as [Config].ClockOffset does. So living tokens end earlier or later.
func (srv *Server) SetClockOffset(d time.Duration) {
	s := srv.world()
	s.configure(func(c *Config) { c.ClockOffset = d })
}

// SetRateLimit replaces the limit and starts new windows.
func (srv *Server) SetRateLimit(limit RateLimit) {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.RateLimit = limit
	clear(s.windows)
}

func (s *world) configure(change func(*Config)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.cfg)
}

func (s *world) config() Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cfg
}

// now returns the time on the service's clock.
func (s *world) now() time.Time { return time.Now().Add(s.config().ClockOffset) }
