package hostile_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// script is what a server does when a request has come.
type script func(*peer)

// honest is the answer to an API request, unless a script says otherwise.
const honest = `{"fine":true}`

// site is a service's server while a case is played. It answers honestly, unless a script says otherwise.
type site struct {
	service service
	tls     *tls.Config // nil: plain http

	stranger string        // address of another origin
	ended    chan struct{} // closed when the case is over

	mu      sync.Mutex
	login   script // nil: an honest answer
	request script // nil: an honest answer
	connect script // runs on a new connection, before a request is read; nil: none does
	visits  []visit
	open    int // connections
}

// visit is a request that came.
type visit struct {
	login  bool
	method string
	target string
	host   string
	header http.Header
	body   string
}

// serve serves a connection to its end.
func (s *site) serve(conn net.Conn) {
	s.mu.Lock()
	s.open++
	connect, config := s.connect, s.tls
	s.mu.Unlock()
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		s.open--
		s.mu.Unlock()
	}()
	if connect != nil {
		connect(&peer{Conn: conn, site: s})
		return
	}
	if config != nil {
		encrypted := tls.Server(conn, config)
		if encrypted.Handshake() != nil {
			return
		}
		conn = encrypted
	}
	p := &peer{Conn: conn, site: s, in: bufio.NewReader(conn)}
	if encrypted, ok := conn.(*tls.Conn); ok && encrypted.ConnectionState().NegotiatedProtocol == "h2" {
		p.http2()
		return
	}
	for !p.over && p.read() {
		s.answer(p.visit.login)(p)
	}
}

// answer returns the script for a login or another request.
func (s *site) answer(login bool) script {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case login && s.login != nil:
		return s.login
	case !login && s.request != nil:
		return s.request
	case login:
		return func(p *peer) { // with a token of its own
			n, _ := p.site.counts()
			p.reply(http.StatusOK, nil, p.site.service.gives(goodToken+strings.Repeat("-again", n-1)))
		}
	default:
		return func(p *peer) { p.reply(http.StatusOK, nil, honest) }
	}
}

// counts returns how many logins and other requests came.
func (s *site) counts() (logins, requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.visits {
		if v.login {
			logins++
		} else {
			requests++
		}
	}
	return logins, requests
}

// last returns the last request that is no login.
func (s *site) last() visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.visits) - 1; i >= 0; i-- {
		if !s.visits[i].login {
			return s.visits[i]
		}
	}
	return visit{}
}

func (s *site) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// set sets the scripts.
func (s *site) set(login, request, connect script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.login, s.request, s.connect = login, request, connect
}

// trust changes how new connections are secured.
func (s *site) trust(by trust) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tls = by.server()
}

func (s *site) came(v visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits = append(s.visits, v)
}

// read reads a whole request. It reports whether one came.
func (p *peer) read() bool {
	req, err := http.ReadRequest(p.in)
	if err != nil {
		return false
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return false
	}
	p.visit = visit{
		login: req.URL.Path == p.site.service.LoginPath, method: req.Method, target: req.RequestURI, host: req.Host,
		header: req.Header, body: string(body),
	}
	p.site.came(p.visit)
	return true
}
