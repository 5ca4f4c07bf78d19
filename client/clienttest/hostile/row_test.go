package hostile_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client"
)

// row is what a server does, and what becomes of a login and of an API request there. A row without a want for a place
// is not played there.
type row struct {
	name string

	answer  func(service) script // what the server does instead of answering
	connect bool                 // the script runs on a new connection, before a request is read
	slow    bool                 // time matters: played in a bubble, over a pipe
	each    bool                 // it is played at each service; else at one, and at each if LATCHKEY_LONG is set
	long    bool                 // it takes half a minute
	follows bool                 // bytes follow the answer: net/http may take them for that to the next request
	tls     trust                // "": plain http

	login *want
	at    map[string]*want // logins, where a service differs
	api   *want
}

// want is what becomes of a call.
type want struct {
	token  string        // of a login that succeeds
	life   time.Duration // of the token; 0: any; unknown: its expiry is
	status int           // of the LoginError, or of the API's answer
	kind   error         // of a failure
	cause  error         // of a failure; nil: any
	cut    bool          // the body of the API's answer ends with an error

	limit time.Duration // RetryAfter of a *RateLimitError
	named bool          // its Named

	calls       int // requests, or logins at a login; 0: 1
	logins      int // logins in all at an API request; 0: 1
	least, most time.Duration
}

// Of a login.

func gives(token string) *want     { return &want{token: token} }
func refused(status int) *want     { return &want{status: status, kind: client.ErrInvalidCredentials} }
func invalid(status int) *want     { return &want{status: status, kind: client.ErrInvalidInput} }
func unexpected(status int) *want  { return &want{status: status, kind: client.ErrUnexpectedResponse} }
func unavailable(status int) *want { return &want{status: status, kind: client.ErrUnavailable} }

// Of an API request.

func passes(status int) *want { return &want{status: status} }
func cut(status int) *want    { return &want{status: status, cut: true} }
func fails() *want            { return &want{kind: errAny} }

// errAny stands for any error of package net/http.
var errAny = errors.New("any error")

func (w *want) of(cause error) *want         { c := *w; c.cause = cause; return &c }
func (w *want) with(calls, logins int) *want { c := *w; c.calls, c.logins = calls, logins; return &c }
func (w *want) in(least, most time.Duration) *want {
	c := *w
	c.least, c.most = least, most
	return &c
}

// checkLogin checks what a login gave.
func (w *want) checkLogin(t *testing.T, token client.Token, err error) {
	t.Helper()
	if w.token != "" {
		if err != nil || token.Value() != w.token {
			t.Errorf("%.80q, %v; want the token %.80q", token.Value(), err, w.token)
		}
		if expiry, known := token.Expiry(); w.life != 0 && (known != (w.life > 0) || known && expiry.Sub(token.Received()) != w.life) {
			t.Errorf("a life of %s, known: %t; want %s", expiry.Sub(token.Received()), known, w.life)
		}
		return
	}
	if err == nil {
		t.Errorf("the token %.80q; want an error", token.Value())
		return
	}
	checkText(t, err)
	limit, limited := errors.AsType[*client.RateLimitError](err)
	if limited != (w.limit > 0) {
		t.Errorf("%v; want a *RateLimitError: %t", err, w.limit > 0)
	}
	if limited && (limit.RetryAfter > w.limit || limit.RetryAfter < w.limit*4/5 || limit.Named != w.named) {
		t.Errorf("RetryAfter %s, named %t; want %s, %t", limit.RetryAfter, limit.Named, w.limit, w.named)
	}
	failure, ok := errors.AsType[*client.LoginError](err)
	if !ok {
		t.Errorf("%T: %v; want a *LoginError", err, err)
		return
	}
	if failure.Status != w.status {
		t.Errorf("HTTP %d: %v; want %d", failure.Status, err, w.status)
	}
	if !limited && !errors.Is(err, w.kind) {
		t.Errorf("%v; want %v", err, w.kind)
	}
	if w.cause != nil && !errors.Is(err, w.cause) {
		t.Errorf("%v is no %v", err, w.cause)
	}
}

// checkAPI checks what became of an API request.
func (w *want) checkAPI(t *testing.T, resp *http.Response, err, reading error) {
	t.Helper()
	for _, e := range []error{err, reading} {
		if e != nil {
			checkText(t, e)
		}
	}
	switch {
	case w.kind == nil && err != nil:
		t.Errorf("%v; want HTTP %d", err, w.status)
	case w.kind == nil && resp.StatusCode != w.status:
		t.Errorf("HTTP %d; want %d", resp.StatusCode, w.status)
	case w.kind == nil && (reading != nil) != w.cut:
		t.Errorf("HTTP %d, and its body ended with %v; want an error: %t", resp.StatusCode, reading, w.cut)
	case w.kind != nil && err == nil:
		t.Errorf("HTTP %d; want an error", resp.StatusCode)
	case w.kind != nil && !errors.Is(w.kind, errAny) && !errors.Is(err, w.kind):
		t.Errorf("%v; want %v", err, w.kind)
	}
	if w.cause != nil && !errors.Is(errors.Join(err, reading), w.cause) {
		t.Errorf("%v, %v; want %v", err, reading, w.cause)
	}
}

// checkText checks that an error is one printable line that tells no secret.
func checkText(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not a printable line: %.300q", text)
	}
	if len(text) > 2000 {
		t.Errorf("%d bytes of text: %.300q", len(text), text)
	}
	for _, secret := range append(passwords(), goodToken) {
		if strings.Contains(text, secret) {
			t.Errorf("the secret is in %.300q", text)
		}
	}
}
