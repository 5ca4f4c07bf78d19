package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/latchkey-go/latchkey/client"
)

const (
	renewLimit = 5 * time.Second // for an early login: the user has a token, and waits
	renewPause = time.Minute     // between two of them
)

// ending reports whether a token is in the last tenth of its life, and of its last five minutes.
func ending(t client.Token) bool {
	expiry, known := t.Expiry()
	return known && time.Until(expiry) < min(5*time.Minute, expiry.Sub(t.Received())/10)
}

// renew logs in early, and reports whether it did. Of many processes one does so, once in a while, and the others go on
// with the token that is ending.
func (s *session) renew(ctx context.Context, token client.Token) bool {
	if s.state == nil {
		return false
	}
	dir, err := stateDir()
	if err != nil {
		return false
	}
	name := "renewed-" + s.account.id()
	lock := flock.New(filepath.Join(dir, name+".lock"))
	if ours, err := lock.TryLock(); err != nil || !ours {
		return false
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := s.state.Get(ctx, name); err == nil {
		return false
	}
	if s.state.Put(ctx, name, []byte("tried"), renewPause) != nil {
		return false
	}
	expiry, _ := token.Expiry()
	ctx, cancel := context.WithTimeout(ctx, min(renewLimit, time.Until(expiry)/2))
	defer cancel()
	return s.client.LogIn(ctx) == nil
}
