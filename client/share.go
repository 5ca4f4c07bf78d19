package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

const (
	// storeLimit is how long one attempt of a login may spend on the TokenStore in all, apart from the wait for its
	// lock.
	storeLimit = 2 * time.Second
	// maxRecord is the length of a record that every TokenStore takes, in bytes.
	maxRecord = 64 << 10
)

// share is a cache's part in a TokenStore. nil means there is no store.
type share struct {
	store   TokenStore
	account Account
	id      string // tells this client's notes from others'
	keeper  seal.Keeper
	trouble func(error) // Observer.StoreTrouble; nil: nobody is told
	teller  await.Teller
	writing chan struct{} // full while the record is written or deleted
}

func newShare(account Account, o *options) *share {
	if o.store == nil {
		return nil
	}
	return &share{
		store: o.store, account: account, id: rand.Text(), keeper: seal.Keeper{Name: account.quoted(), Unbound: o.unbound, Store: o.store},
		trouble: o.observer.StoreTrouble, teller: await.Teller{Limit: observerLimit}, writing: make(chan struct{}, 1),
	}
}

// visit is what one attempt of a login does at the TokenStore. Trouble there is reported, and ends the visit.
type visit struct {
	*share
	digest digest.Digest // of the secret; zero: none was needed
	keys   seal.Keys
	left   time.Duration // the rest of storeLimit
	down   bool
	fault  error   // the last trouble that was reported
	seen   []byte  // the record that was read last, as the store has it; nil: there was none
	last   *record // the same, opened; nil: there is none that can be read
}

// needsNoSecret reports whether the store can be looked into before the secret is known.
func (s *share) needsNoSecret() bool { return s != nil && s.keeper.Unbound }

// visit derives where the record lies. A nil share has nil visits, which do nothing.
func (s *share) visit(secret string) *visit {
	if s == nil {
		return nil
	}
	v := &visit{share: s, left: storeLimit}
	var keys seal.Keys
	var of digest.Digest
	if v.within("finding the record", func(ctx context.Context) (err error) {
		keys, of, err = s.keeper.Keys(ctx, secret)
		return err
	}) {
		v.keys, v.digest = keys, of
	}
	return v
}

// revisit is visit with the keys of the last secret. It is nil if there was none yet.
func (s *share) revisit() *visit {
	keys, last := s.keeper.Last()
	if last == (digest.Digest{}) {
		return nil
	}
	return &visit{share: s, left: storeLimit, digest: last, keys: keys}
}

// read reads the record. v.last is nil if there is none that can be read.
func (v *visit) read() {
	if v == nil {
		return
	}
	v.last = nil
	var sealed []byte
	var none error
	if !v.within("reading a record", func(ctx context.Context) error {
		got, err := v.store.Get(ctx, v.keys.Place)
		if errors.Is(err, ErrTokenNotFound) || errors.Is(err, ErrRecordUnreadable) {
			none = err
			return nil
		}
		sealed = got
		return err
	}) {
		return
	}
	if errors.Is(none, ErrRecordUnreadable) {
		v.tell("reading a record", none)
	}
	if none != nil {
		v.seen = nil
		return
	}
	v.open(sealed)
}

// open takes note of a record as the store has it.
func (v *visit) open(sealed []byte) {
	v.seen, v.last = sealed, nil
	r, err := openRecord(sealed, v.keys)
	if err != nil {
		v.tell("reading a record", err)
		return
	}
	v.last = &r
}

// write replaces the record, unless keeps returns false by then.
func (v *visit) write(r record, ttl time.Duration, keeps func() bool) {
	if v == nil || v.down || ttl <= 0 {
		return
	}
	sealed, err := r.seal(v.keys)
	if len(sealed) > maxRecord {
		err = fmt.Errorf("it has %d bytes, and a store takes %d", len(sealed), maxRecord)
	}
	if err != nil {
		v.giveUp("sealing a record", err)
		return
	}
	v.within("writing a record", func(ctx context.Context) error {
		return v.change(ctx, func() error {
			if !keeps() {
				return nil
			}
			return v.store.Put(ctx, v.keys.Place, sealed, ttl)
		})
	})
}

// delete deletes the record.
func (v *visit) delete() {
	v.within("deleting a record", func(ctx context.Context) error {
		return v.change(ctx, func() error { return v.store.Delete(ctx, v.keys.Place) })
	})
}

// remove deletes the record of a secret, and that of the last login's if it is another one.
func (s *share) remove(ctx context.Context, secret string) error {
	before, last := s.keeper.Last()
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	err := inTime(ctx, func(ctx context.Context) error {
		keys, _, err := s.keeper.Keys(ctx, secret)
		if err != nil {
			return err
		}
		return s.change(ctx, func() error {
			err := s.store.Delete(ctx, keys.Place)
			if last != (digest.Digest{}) && before.Place != keys.Place {
				err = errors.Join(err, s.store.Delete(ctx, before.Place))
			}
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("the token store did not delete the record: %w", err)
	}
	return nil
}

// change runs one change of the record at a time.
func (s *share) change(ctx context.Context, operation func() error) error {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
		return operation()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// within runs one operation in the rest of the visit's time. It reports whether it succeeded.
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
		v.giveUp(doing, err)
	}
	return err == nil
}

// inTime runs an operation of a TokenStore, which may be a user's own, until ctx is done.
func inTime(ctx context.Context, operation func(context.Context) error) error {
	return await.Run(ctx, "it", func(ctx context.Context) error { return await.Tried(operation(ctx)) }, nil)
}

// giveUp reports an error and ends the visit.
func (v *visit) giveUp(doing string, err error) {
	v.down = true
	if err != nil {
		v.tell(doing, err)
	}
}

func (v *visit) tell(doing string, err error) {
	if v.fault != nil && v.fault.Error() == err.Error() {
		return // a record is read twice in a visit
	}
	v.fault = err
	if v.trouble != nil {
		v.teller.Tell(func() { v.trouble(fmt.Errorf("%s: token store: %s: %w", v.account.Service, doing, err)) })
	}
}
