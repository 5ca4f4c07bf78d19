package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// refusal is a service's refusal of a secret, for later runs. It holds nothing of the secret.
type refusal struct {
	Method  string
	Status  int
	Code    string
	Message string
	Written time.Time
	Pause   time.Duration
}

const (
	firstPause   = 30 * time.Second
	longestPause = 15 * time.Minute
)

// refusals keeps the refusal of an account. Its zero value keeps none.
type refusals struct {
	state *tokenstore.Files
	key   string
}

// last returns the last refusal that still counts; nil if there is none.
func (r refusals) last(ctx context.Context) *refusal {
	if r.state == nil {
		return nil
	}
	data, err := r.state.Get(ctx, r.key)
	if err != nil {
		return nil
	}
	var last refusal
	if json.Unmarshal(data, &last) != nil {
		return nil
	}
	return &last
}

// keep keeps an error if it is a refusal, and forgets the last one after a success.
func (r refusals) keep(ctx context.Context, err error) {
	e, failed := errors.AsType[*client.LoginError](err)
	switch {
	case r.state == nil:
	case err == nil:
		_ = r.state.Delete(ctx, r.key)
	case failed && (errors.Is(err, client.ErrInvalidCredentials) || e.Status == http.StatusLocked):
		next := refusal{e.Method, e.Status, e.Code, e.Message, time.Now().Round(0), firstPause}
		if last := r.last(ctx); last != nil {
			next.Pause = min(2*last.Pause, longestPause)
		}
		if data, err := json.Marshal(next); err == nil {
			_ = r.state.Put(ctx, r.key, data, 2*longestPause)
		}
	}
}

// until returns the end of the pause after a refusal.
func (r *refusal) until() time.Time { return r.Written.Add(r.Pause) }

// on reports whether the pause is on.
func (r *refusal) on() bool {
	return r != nil && time.Since(r.Written) >= 0 && time.Now().Before(r.until())
}

// since reports whether the refusal came after a time.
func (r *refusal) since(t time.Time) bool {
	return r != nil && r.Written.After(t) && time.Since(r.Written) >= 0
}

// err returns the refusal's error.
func (r *refusal) err(service string) *client.LoginError {
	return &client.LoginError{
		Service: service, Method: r.Method, Status: r.Status, Code: r.Code, Message: r.Message,
		Kind: client.ErrInvalidCredentials,
	}
}

// pausedErr returns the error for a login that is kept off.
func (r *refusal) pausedErr(service string) error {
	e := r.err(service)
	e.Err = fmt.Errorf("no login before %s: latchkey login %s tries at once", rfc3339(r.until()), service)
	return e
}

func (a account) refusalKey() string { return "refused-" + a.id() }
