package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

const (
	modelURL  = "https://own.example"
	modelDeaf = 2 * time.Minute // time in which a deaf function does not listen
)

var errModelSecret = errors.New("the vault is closed")

// modelService is a fake service with one account. Its fields are set by the steps of a script.
type modelService struct {
	model *model

	mu      sync.Mutex
	secret  string        // the right one
	answer  string        // what a login is answered
	wait    time.Duration // Retry-After of such an answer
	latency time.Duration // of a login
	life    time.Duration // of a token; 0: the service does not say
	spelled string        // how the service says so
	clock   time.Duration // how far the service's clock is ahead
	tokens  map[string]*modelToken
	issued  int

	api     string        // what open routes answer instead of their own: a status, or "ok"
	apiWait time.Duration // Retry-After of such an answer
	session time.Duration // for so long tokens issued from now on live, without saying so; 0: as long as they say
	lag     time.Duration // for so long new tokens are not known everywhere
}

// modelCallKey is the key of the modelCall in a request's context.
type modelCallKey struct{}

// modelLoginOf is a Client's Login.
type modelLoginOf struct {
	service *modelService
	client  *modelClient
	secrets *modelSecrets
}

func (l modelLoginOf) Account() (client.Account, error) {
	return modelAccount, nil
}

func (l modelLoginOf) Secret(ctx context.Context) (string, error) {
	m := l.service.model
	m.asks(l.client)
	err := errModelSecret // if the Secret panics
	defer func() { m.told(l.client, err) }()
	var secret string
	secret, err = l.secrets.ask(ctx)
	return secret, err
}

func (l modelLoginOf) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	m := l.service.model
	login := m.sends(l.client, secret)
	// Who called the Login leaves it behind after 30 s.
	defer time.AfterFunc(30*time.Second, func() { m.answered(login, modelAnswer{kind: "failed"}) }).Stop()
	a := modelAnswer{kind: "failed"}
	defer func() { m.answered(login, a) }()
	switch what := l.service.answering(); what {
	case "panic":
		panic("with " + secret)
	case "exit":
		runtime.Goexit()
	case "deaf":
		time.Sleep(modelDeaf)
	case "nil error":
		var none *client.LoginError
		return client.Token{}, none
	case "zero token":
		return client.Token{}, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, modelURL+"/login", strings.NewReader(secret))
	if err != nil {
		return client.Token{}, err
	}
	resp, err := hc.Do(req)
	if err != nil {
		return client.Token{}, &client.LoginError{Service: "own", Kind: client.ErrUnavailable, Err: err}
	}
	defer resp.Body.Close()
	a.status = resp.StatusCode
	failure := &client.LoginError{Service: "own", Status: resp.StatusCode, Message: "no, not with " + secret}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	a.wait = time.Duration(seconds) * time.Second
	switch resp.StatusCode {
	case http.StatusOK:
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return client.Token{}, err
		}
		a.kind, a.token = "token", l.service.find(string(body))
		return l.service.tokenOf(string(body))
	case http.StatusUnauthorized:
		a.kind, failure.Kind = "refused", client.ErrInvalidCredentials
	case http.StatusTooManyRequests:
		a.kind = "limited"
		return client.Token{}, &client.RateLimitError{Service: "own", Err: failure}
	default:
		failure.Kind = client.ErrUnavailable
	}
	return client.Token{}, failure
}

// modelWire is what a Client sends its requests through.
type modelWire struct {
	service *modelService
	client  *modelClient
}

func (w modelWire) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	var (
		status int
		header http.Header
		text   string
		err    error
	)
	if req.URL.Path == "/login" { // its context may have the values of the request that began it
		status, header, text, err = w.service.logIn(req.Context(), string(body))
	} else {
		call, _ := req.Context().Value(modelCallKey{}).(*modelCall)
		status, header = w.service.serve(call, req)
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(text)), Request: req}, nil
}

// serve answers a request to a route: one of /open, /open/ID, /closed, /closed/ID and /public.
func (s *modelService) serve(call *modelCall, req *http.Request) (int, http.Header) {
	value, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	t, now := s.tokens[value], time.Now()
	status, header := http.StatusOK, http.Header{}
	switch {
	case t == nil:
		s.mu.Unlock()
		return http.StatusTeapot, header
	case call.path == "/public":
	case t.dead || now.Before(t.known) || strings.HasPrefix(call.path, "/closed"):
		status = http.StatusUnauthorized
	case s.api != "ok":
		status, _ = strconv.Atoi(s.api)
		if s.apiWait > 0 {
			header.Set("Retry-After", strconv.Itoa(int(s.apiWait.Seconds())))
		}
	}
	s.mu.Unlock()
	s.model.sees(call, t, status)
	return status, header
}

// revoke makes tokens dead.
func (s *modelService) revoke(which func(*modelToken) bool) {
	s.model.mu.Lock()
	defer s.model.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if !t.dead && which(t) {
			t.dead = true
			s.model.deaths = append(s.model.deaths, time.Now())
		}
	}
}

func (s *modelService) set(change func(*modelService)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *modelService) answering() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answer
}

// modelStatuses are the answers to a login that are no token.
var modelStatuses = map[string]int{"429": 429, "503": 503, "500": 500, "423": 423, "403": 403, "404": 404, "page": 200}

// logIn answers a login.
func (s *modelService) logIn(ctx context.Context, secret string) (status int, header http.Header, body string, err error) {
	s.mu.Lock()
	latency := s.latency
	s.mu.Unlock()
	if err := modelSleep(ctx, latency); err != nil {
		return 0, nil, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.answer {
	case "nothing":
		return 0, nil, "", errors.New("connection reset by peer")
	case "hang":
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return 0, nil, "", ctx.Err()
	}
	header = http.Header{}
	if status, ok := modelStatuses[s.answer]; ok {
		if s.wait > 0 {
			header.Set("Retry-After", strconv.Itoa(int(s.wait.Seconds())))
		}
		return status, header, "", nil
	}
	if secret != s.secret {
		return http.StatusUnauthorized, header, "", nil
	}
	s.issued++
	t := &modelToken{value: fmt.Sprint("token-", s.issued), issued: time.Now()}
	t.had, t.dropped, t.rejected, t.replaced = map[int]bool{}, map[int]modelMoment{}, map[int]modelMoment{}, map[int]modelMoment{}
	if s.life > 0 && s.spelled != "passed" {
		t.end = t.issued.Add(s.life)
	}
	s.tokens[t.value] = t
	t.known = t.issued.Add(s.lag)
	if s.session > 0 {
		time.AfterFunc(s.session, func() { s.revoke(func(other *modelToken) bool { return other == t }) })
	}
	return http.StatusOK, header, t.value, nil
}

// tokenOf spells a token as the service does.
func (s *modelService) tokenOf(value string) (client.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, now := client.TokenResponse{Value: value}, time.Now().Add(s.clock)
	switch {
	case s.life == 0:
	case s.spelled == "in":
		r.ExpiresIn = s.life
	case s.spelled == "at":
		r.ExpiresAt, r.ServiceTime = now.Add(s.life), now
	case s.spelled == "passed":
		r.ExpiresAt, r.ServiceTime = now.Add(-s.life), now
	}
	return client.NewToken(r)
}

func (s *modelService) find(value string) *modelToken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[value]
}

// modelSecrets is a Secret whose answer the steps of a script set.
type modelSecrets struct {
	mu     sync.Mutex
	secret string
	mode   string
}

func (s *modelSecrets) set(mode, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode, s.secret = mode, secret
}

func (s *modelSecrets) ask(ctx context.Context) (string, error) {
	s.mu.Lock()
	mode, secret := s.mode, s.secret
	s.mu.Unlock()
	switch mode {
	case "fail":
		return "", errModelSecret
	case "hang":
		<-ctx.Done()
		return "", errModelSecret
	case "deaf":
		time.Sleep(modelDeaf)
	case "slow":
		return secret, modelSleep(ctx, 3*time.Second)
	case "panic":
		panic("with " + secret)
	case "exit":
		runtime.Goexit()
	}
	return secret, nil
}

// modelSleep waits no longer than ctx allows.
func modelSleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
