package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/latchkey-go/latchkey/client"
)

// turn is a client.Login that asks for its secret when it is its turn: the user gets one prompt, however many processes
// need the token. It adds what processes cannot share by unbound records, a refusal, and it fails closed: nobody is
// asked if the store cannot be read.
type turn struct {
	adapter  client.Login
	account  account
	secret   client.Secret
	store    *watched
	state    string // directory of locks; "": there is none, and nothing is shared
	refusals refusals
	explicit bool         // the user wants a login, whatever was refused before
	early    func() int64 // early refreshes so far

	mu      sync.Mutex
	asked   time.Time // when this login's secret was asked for
	counted int64     // early refreshes at the last Secret
	release func()    // ends the turn
}

var (
	errChanged = errors.New("another process has logged in")
	errEarly   = errors.New("nobody is asked while there is a token")
)

// askHold is how long a login may take after its prompt before another process may prompt.
const askHold = time.Minute

// askPoll is the pause between two looks whether it is our turn. It is a person that the others wait for.
const askPoll = 100 * time.Millisecond

// id names an account in a Files.
func (a account) id() string {
	data, _ := json.Marshal([]any{a.Service, a.Method, a.Values}) // strings always can be
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// Account implements client.Login.
func (t *turn) Account() (client.Account, error) { return t.adapter.Account() }

// Secret implements client.Login.
func (t *turn) Secret(ctx context.Context) (string, error) {
	down, _ := t.store.faults()
	early := t.begin()
	var secret string
	var err error
	switch {
	case down != nil:
		err = unreadable(t.account.Store, down)
	case unattended(t.account.Source):
		if last := t.refusals.last(ctx); last.on() && !t.explicit {
			return "", last.pausedErr(t.account.Service)
		}
		secret, err = t.secret(ctx)
	case early:
		err = errEarly
	default:
		return t.ask(ctx)
	}
	return secret, t.wrap(err)
}

// begin takes note of the time, and reports whether the secret is asked for an early refresh.
func (t *turn) begin() (early bool) {
	now := t.early()
	t.mu.Lock()
	defer t.mu.Unlock()
	early = now != t.counted
	t.asked, t.counted = time.Now(), now
	return early
}

// ask prompts when no other process does. If another one was answered meanwhile, its result is ours.
func (t *turn) ask(ctx context.Context) (string, error) {
	if err := t.take(ctx); err != nil {
		return "", t.wrap(err)
	}
	if t.store.changed(ctx) && t.helps(ctx) {
		t.done()
		return "", t.wrap(errChanged)
	}
	t.mu.Lock()
	asked := t.asked
	t.asked = time.Now()
	t.mu.Unlock()
	if last := t.refusals.last(ctx); last.since(asked) {
		t.done()
		return "", last.err(t.account.Service)
	}
	secret, err := t.secret(ctx)
	if err != nil {
		t.done()
		return "", t.wrap(err)
	}
	t.mu.Lock()
	time.AfterFunc(askHold, t.release)
	t.mu.Unlock()
	return secret, nil
}

// Login implements client.Login. The store's lock is held: a refusal that came meanwhile is ours, too.
func (t *turn) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	t.mu.Lock()
	asked := t.asked
	t.mu.Unlock()
	if last := t.refusals.last(ctx); last.since(asked) {
		t.done()
		return client.Token{}, last.err(t.account.Service)
	}
	token, err := t.adapter.Login(ctx, hc, secret)
	t.refusals.keep(ctx, err)
	if err != nil {
		t.done()
	}
	return token, err
}

// take waits for the turn. Without a directory for locks there are no turns.
func (t *turn) take(ctx context.Context) error {
	release := func() {}
	if t.state != "" {
		lock := flock.New(filepath.Join(t.state, "ask-"+t.account.id()+".lock"))
		if _, err := lock.TryLockContext(ctx, askPoll); err != nil {
			return err
		}
		release = sync.OnceFunc(func() { _ = lock.Unlock() })
	}
	t.mu.Lock()
	t.release = release
	t.mu.Unlock()
	return nil
}

// done ends the turn, if it is ours.
func (t *turn) done() {
	t.mu.Lock()
	release := t.release
	t.mu.Unlock()
	if release != nil {
		release()
	}
}

// helps reports whether the record that another process wrote tells more than that a login is required.
func (t *turn) helps(ctx context.Context) bool {
	c, err := stored(t.account, t.store.TokenStore)
	if err != nil {
		return false
	}
	_, err = c.Token(ctx)
	return !errors.Is(err, client.ErrLoginRequired)
}

// wrap gives an error the service's name.
func (t *turn) wrap(err error) error {
	if err == nil {
		return nil
	}
	return &client.LoginError{Service: t.account.Service, Err: err}
}

func unreadable(store string, err error) error {
	if store == inKeyring {
		return fmt.Errorf("%w: unlock or start it, or say --store files", err)
	}
	return err
}
