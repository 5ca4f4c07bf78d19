package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// storeLimit is how long a login may spend on the TokenStore, all in all, but for waiting for its lock.
	storeLimit = 2 * time.Second

	// lockLimit is how long a login waits for the TokenStore's lock: somebody else is logging in.
	lockLimit = 60 * time.Second

	// unknownTTL is how long a TokenStore keeps a token whose expiry is unknown.
	unknownTTL = 30 * 24 * time.Hour
)

// share is a cache's part in a TokenStore. A nil share is none.
type share struct {
	store   TokenStore
	account Account
	vouched bool
	report  func(error)

	mu     sync.Mutex
	digest [sha256.Size]byte // of the secret that the keys are derived from
	keys   recordKeys
}

func newShare(account Account, o options) *share {
	if o.store == nil {
		return nil
	}
	return &share{store: o.store, account: account, vouched: o.vouched, report: o.report}
}

// visit is what one login does at the TokenStore. Trouble there is reported, and then the login goes on without it.
type visit struct {
	*share
	secret string
	keys   recordKeys
	left   time.Duration // of storeLimit; less than zero: it is over
	down   bool
}

// needsNoSecret reports whether the store can be looked into before the secret is known.
func (s *share) needsNoSecret() bool { return s != nil && s.vouched }

// visit derives where the record lies. Vouched records need no secret.
func (s *share) visit(ctx context.Context, secret string) *visit {
	v := &visit{share: s, secret: secret, left: storeLimit}
	var err error
	if v.keys, err = s.keysFor(ctx, secret); err != nil {
		v.trouble("finding the record", err)
	}
	return v
}

// keysFor derives the keys once per secret: it is made to be slow.
func (s *share) keysFor(ctx context.Context, secret string) (recordKeys, error) {
	if s.vouched {
		return vouchedKeys(s.account)
	}
	digest := digest(secret)
	s.mu.Lock()
	keys, known := s.keys, s.digest == digest
	s.mu.Unlock()
	if known {
		return keys, nil
	}
	keys, err := boundKeys(ctx, s.account, secret)
	if err != nil {
		return recordKeys{}, err
	}
	s.mu.Lock()
	s.digest, s.keys = digest, keys
	s.mu.Unlock()
	return keys, nil
}

// read returns the record, if there is one that can be read.
func (v *visit) read() (record, bool) {
	var sealed []byte
	if !v.within("reading a record", func(ctx context.Context) (err error) {
		sealed, err = v.store.Get(ctx, v.keys.place)
		switch {
		case errors.Is(err, ErrRecordUnreadable):
			v.tell("reading a record", err)
			return nil
		case errors.Is(err, ErrTokenNotFound):
			return nil
		}
		return err
	}) || len(sealed) == 0 {
		return record{}, false
	}
	r, err := openRecord(sealed, v.keys)
	if err != nil {
		v.tell("reading a record", err)
	}
	return r, err == nil
}

// write replaces the record.
func (v *visit) write(r record, ttl time.Duration) {
	if ttl <= 0 || v.down {
		return
	}
	sealed, err := r.seal(v.keys)
	if err != nil {
		v.trouble("sealing a record", err)
		return
	}
	v.within("writing a record", func(ctx context.Context) error {
		return v.store.Put(ctx, v.keys.place, sealed, ttl)
	})
}

// within runs one operation in what is left of the time for all of them.
func (v *visit) within(doing string, operation func(context.Context) error) bool {
	if v.down {
		return false
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), v.left)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- operation(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		// A store that does not heed its ctx is left behind.
		err = ctx.Err()
	}
	v.left -= time.Since(began)
	if err != nil || v.left <= 0 {
		v.trouble(doing, err)
	}
	return err == nil
}

// lock waits until nobody else is logging in, if the store can tell. What it returns is never nil.
func (v *visit) lock(ctx context.Context) (unlock func()) {
	locker, ok := v.store.(Locker)
	if !ok || v.down {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	unlocks := make(chan func(), 1)
	go func() {
		unlock, err := locker.Lock(ctx, v.keys.place)
		if err != nil {
			v.tell("waiting for its lock", err)
			unlock = func() {}
		}
		unlocks <- unlock
	}()
	select {
	case granted := <-unlocks:
		return func() { v.letGo(granted) }
	case <-ctx.Done():
		// Should the store grant it after all, it is let go of again.
		go func() { (<-unlocks)() }()
		return func() {}
	}
}

// letGo frees a lock, and waits for that in what is left of the time.
func (v *visit) letGo(unlock func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		unlock()
	}()
	timer := time.NewTimer(v.left)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// trouble reports an error and leaves the store alone for the rest of the login.
func (v *visit) trouble(doing string, err error) {
	v.down = true
	if err != nil {
		v.tell(doing, err)
	}
}

func (v *visit) tell(doing string, err error) {
	if v.report != nil {
		v.report(fmt.Errorf("%s: token store: %s: %w", v.account.Service, doing, err))
	}
}
