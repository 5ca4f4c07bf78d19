package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// session is an account at work in this process.
type session struct {
	service *service
	account account
	client  *client.Client
	store   *watched
	saved   bool              // the account is in the list
	state   *tokenstore.Files // nil: there is no directory for it
}

// stored returns a Client for the token that lies in a store. It never logs in, and waits for nothing.
func stored(a account, store client.TokenStore) (*client.Client, error) {
	login, err := a.login(nil)
	if err != nil {
		return nil, err
	}
	id, err := login.Account()
	if err != nil {
		return nil, err
	}
	return client.New(client.Stored(id), client.WithTokenStore(store), client.WithUnboundRecords(),
		client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
}

// open chooses the account and makes its Client. It does not log in.
func open(ctx context.Context, w wish, explicit bool) (*session, error) {
	saved, trouble := savedAccounts(ctx)
	a, err := w.choose(saved, os.Getenv)
	if err != nil && trouble != nil {
		return nil, fmt.Errorf("the list of accounts cannot be read: %w", trouble)
	}
	if err != nil {
		return nil, err
	}
	if a.Store == "" {
		a.Store = defaultStore(ctx)
	}
	s := &session{service: w.service, account: a}
	for _, known := range saved {
		s.saved = s.saved || known.same(a) && known.Store == a.Store
	}
	if s.state, err = files(stateDir()); err != nil && explicit {
		return nil, err
	}
	if trouble != nil && s.state != nil {
		warn(fmt.Errorf("the list of accounts cannot be read: %w", trouble))
	}
	store, err := openStore(a.Store)
	if err != nil {
		return nil, err
	}
	t := &turn{account: a, explicit: explicit}
	if s.state != nil {
		if t.state, err = stateDir(); err != nil {
			return nil, err
		}
		t.refusals = refusals{s.state, a.refusalKey()}
	}
	t.secret = endsWith(ctx, secretFrom(a.Source, w.what(a)))
	if t.adapter, err = a.login(t.secret); err != nil {
		return nil, err
	}
	s.store = &watched{TokenStore: store, put: t.done}
	t.store = s.store
	s.client, err = client.New(t, client.WithTokenStore(s.store), client.WithUnboundRecords())
	if err != nil {
		return nil, err
	}
	t.early = func() int64 { return s.client.Status().Refreshes }
	return s, nil
}

// what names the secret of an account, for the prompt.
func (w wish) what(a account) string {
	m, err := w.service.method(a.Method)
	if err != nil {
		return a.Service
	}
	return fmt.Sprintf("%s: %s of %s", a.Service, m.secret.about, a.Values[user])
}

// token returns a token that will last: it renews one that is about to expire, if nobody must be asked for that.
func (s *session) token(ctx context.Context) (client.Token, error) {
	defer working.on(s.account.Service + ": waiting for a token")()
	held, err := stored(s.account, s.store)
	if err != nil {
		return client.Token{}, err
	}
	token, err := held.Token(ctx)
	switch {
	case err == nil && (!ending(token) || !unattended(s.account.Source)):
		return token, nil
	case err == nil:
		if !s.renew(ctx, token) {
			return token, ctx.Err()
		}
	case !errors.Is(err, client.ErrLoginRequired):
		return client.Token{}, err
	}
	token, err = s.client.Token(ctx)
	if errors.Is(err, errChanged) { // and what it wrote was over by then
		token, err = s.client.Token(ctx)
	}
	if err != nil {
		return client.Token{}, err
	}
	s.loggedIn(ctx)
	return token, nil
}

// loggedIn puts a new account into the list, so that list, status and logout know of its token, and warns if the token
// was not kept.
func (s *session) loggedIn(ctx context.Context) {
	if _, lost := s.store.faults(); lost != nil {
		warn(fmt.Errorf("%s: the token is not kept: %w", s.account.Service, lost))
		return
	}
	if s.saved {
		return
	}
	leaveOtherStore(ctx, s.account)
	if err := saveAccount(ctx, s.keepable(), false); err != nil {
		warn(fmt.Errorf("the account is not kept: %w", err))
	}
	s.saved = true
}

// keepable returns the account as it is saved.
func (s *session) keepable() account {
	a := s.account
	a.Source = lasting(a.Source)
	return a
}

// warn prints a warning.
func warn(err error) { fmt.Fprintln(os.Stderr, "latchkey: warning: "+oneLine(err)) }
