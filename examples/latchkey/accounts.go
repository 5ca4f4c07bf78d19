package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// account is an account that the command knows: how to log in, and where its token lies. It holds no secret.
type account struct {
	Service string `json:"service"`
	Method  string `json:"method"`
	Values  values `json:"values"`           // base URL included
	Source  string `json:"source,omitempty"` // where the secret comes from, such as env:NAME; "": a prompt
	Store   string `json:"store,omitempty"`  // keyring or files
}

// same reports whether two accounts have the same token.
func (a account) same(b account) bool {
	return a.Service == b.Service && a.Method == b.Method && maps.Equal(a.Values, b.Values)
}

// login returns the client.Login of an account.
func (a account) login(secret client.Secret) (client.Login, error) {
	s, err := find(a.Service)
	if err != nil {
		return nil, err
	}
	m, err := s.method(a.Method)
	if err != nil {
		return nil, err
	}
	return m.login(a.Values, secret), nil
}

// listKey is the record that holds the list, the account of the last login first.
const (
	listKey  = "accounts"
	listLife = 100 * 365 * 24 * time.Hour
)

// savedAccounts returns the list. It is empty if there is none.
func savedAccounts(ctx context.Context) ([]account, error) {
	state, err := files(stateDir())
	if err != nil {
		return nil, err
	}
	data, err := state.Get(ctx, listKey)
	if errors.Is(err, client.ErrTokenNotFound) && !errors.Is(err, client.ErrRecordUnreadable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []account
	return list, json.Unmarshal(data, &list)
}

// changeAccounts replaces the list by what change makes of it, while no other process does.
func changeAccounts(ctx context.Context, change func([]account) []account) error {
	state, err := files(stateDir())
	if err != nil {
		return err
	}
	unlock, err := state.Lock(ctx, listKey)
	if err != nil {
		return err
	}
	defer unlock()
	list, err := savedAccounts(ctx)
	if err != nil && !errors.Is(err, client.ErrRecordUnreadable) {
		return err
	}
	data, err := json.Marshal(change(list))
	if err != nil {
		return err
	}
	return state.Put(ctx, listKey, data, listLife)
}

// saveAccount puts an account into the list, and to its front if it is to be the default of its service.
func saveAccount(ctx context.Context, a account, front bool) error {
	return changeAccounts(ctx, func(list []account) []account {
		i := slices.IndexFunc(list, a.same)
		switch {
		case i >= 0 && !front:
			list[i] = a
			return list
		case i >= 0:
			list = slices.Delete(list, i, i+1)
		}
		if front {
			return slices.Insert(list, 0, a)
		}
		return append(list, a)
	})
}

// forgetAccount takes an account out of the list.
func forgetAccount(ctx context.Context, a account) error {
	return changeAccounts(ctx, func(list []account) []account { return slices.DeleteFunc(list, a.same) })
}
