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

	// maxRecord is what a TokenStore must take, in bytes.
	maxRecord = 64 << 10

	// unknownTTL is how long a TokenStore keeps a token whose expiry is unknown.
	unknownTTL = 30 * 24 * time.Hour
)

// share is a cache's part in a TokenStore. A nil share is none.
type share struct {
	store   TokenStore
	account Account
	vouched bool
	report  func(error)
	writing chan struct{} // holds one element while the record is written or deleted

	mu     sync.Mutex
	digest [sha256.Size]byte // of the secret that the keys are derived from
	keys   recordKeys
}

func newShare(account Account, o options) *share {
	if o.store == nil {
		return nil
	}
	return &share{
		store: o.store, account: account, vouched: o.vouched, report: o.report, writing: make(chan struct{}, 1),
	}
}

// visit is what one login does at the TokenStore. Trouble there is reported, and then the login goes on without it.
type visit struct {
	*share
	secret string
	keys   recordKeys
	left   time.Duration // of storeLimit; less than zero: it is over
	down   bool
	fault  error // what was told last
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
	var none error
	if !v.within("reading a record", func(ctx context.Context) error {
		got, err := v.store.Get(ctx, v.keys.place)
		if errors.Is(err, ErrTokenNotFound) || errors.Is(err, ErrRecordUnreadable) {
			none = err
			return nil
		}
		sealed = got
		return err
	}) {
		return record{}, false
	}
	if errors.Is(none, ErrRecordUnreadable) {
		v.tell("reading a record", none)
	}
	if none != nil {
		return record{}, false
	}
	r, err := openRecord(sealed, v.keys)
	if err != nil {
		v.tell("reading a record", err)
	}
	return r, err == nil
}

// write replaces the record, if it is still to be kept by then.
func (v *visit) write(r record, ttl time.Duration, keeps func() bool) {
	if ttl <= 0 || v.down {
		return
	}
	sealed, err := r.seal(v.keys)
	if len(sealed) > maxRecord {
		err = fmt.Errorf("it has %d bytes, and a store takes %d", len(sealed), maxRecord)
	}
	if err != nil {
		v.trouble("sealing a record", err)
		return
	}
	v.within("writing a record", func(ctx context.Context) error {
		return v.change(ctx, func() error {
			if !keeps() {
				return nil
			}
			return v.store.Put(ctx, v.keys.place, sealed, ttl)
		})
	})
}

// change changes the record when nobody else of this process does.
func (s *share) change(ctx context.Context, operation func() error) error {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
		return operation()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// within runs one operation in what is left of the time for all of them.
func (v *visit) within(doing string, operation func(context.Context) error) bool {
	if v.down {
		return false
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), v.left)
	defer cancel()
	err := inTime(ctx, operation)
	v.left -= time.Since(began)
	if err != nil || v.left <= 0 {
		v.trouble(doing, err)
	}
	return err == nil
}

// inTime runs an operation of a TokenStore, which may be a user's own: a panic is an error, and one that does not heed
// its ctx is left behind.
func inTime(ctx context.Context, operation func(context.Context) error) error {
	done := make(chan error, 1)
	go func() {
		err := errors.New("it ended its goroutine")
		defer func() { done <- err }()
		defer recovered(&err, "it")
		err = operation(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lock waits until nobody else is logging in, if the store can tell. What it returns is never nil.
func (v *visit) lock(ctx context.Context) (unlock func()) {
	locker, ok := v.store.(Locker)
	if !ok || v.down {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	grants := make(chan grant, 1)
	go func() {
		g := grant{err: errors.New("it ended its goroutine")}
		defer func() { grants <- g }()
		defer recovered(&g.err, "it")
		g.unlock, g.err = locker.Lock(ctx, v.keys.place)
	}()
	select {
	case g := <-grants:
		if g.err != nil {
			v.tell("waiting for its lock", g.err)
			return func() {}
		}
		return func() { v.letGo(g) }
	case <-ctx.Done():
		v.tell("waiting for its lock", ctx.Err())
		// Should the store grant it after all, it is let go of again.
		go func() { _ = (<-grants).end() }()
		return func() {}
	}
}

// grant is what a Locker's Lock returned.
type grant struct {
	unlock func()
	err    error
}

// end lets go of the lock, if there is one.
func (g grant) end() (err error) {
	defer recovered(&err, "it")
	if g.unlock != nil {
		g.unlock()
	}
	return nil
}

// letGo frees a lock, and waits for that in what is left of the time.
func (v *visit) letGo(g grant) {
	ctx, cancel := context.WithTimeout(context.Background(), v.left)
	defer cancel()
	if err := inTime(ctx, func(context.Context) error { return g.end() }); err != nil && !v.down {
		v.tell("letting go of its lock", err)
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
	if v.fault != nil && v.fault.Error() == err.Error() {
		return // a record is read twice
	}
	v.fault = err
	if v.report != nil {
		v.report(fmt.Errorf("%s: token store: %s: %w", v.account.Service, doing, err))
	}
}
