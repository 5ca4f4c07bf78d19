package share

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// maxRecord is the length of a record that every store takes, in bytes.
const maxRecord = 64 << 10

// Visit is what one attempt of a login does at the store. Trouble there is told, and ends the visit.
type Visit struct {
	*Share

	Digest digest.Digest  // of the secret; zero: none was needed
	Last   *record.Record // the record that was read last; nil: there is none that can be read
	Fault  error          // the last trouble that was told

	keys seal.Keys
	left time.Duration // the rest of Limit
	down bool
	seen []byte // Last, as the store has it; nil: there was none
}

// Visit derives where the record lies. A nil Share has nil visits, which do nothing.
func (s *Share) Visit(secret string) *Visit {
	if s == nil {
		return nil
	}
	v := &Visit{Share: s, left: Limit}
	var keys seal.Keys
	var of digest.Digest
	if v.within("finding the record", func(ctx context.Context) (err error) {
		keys, of, err = s.keeper.Keys(ctx, secret)
		return err
	}) {
		v.keys, v.Digest = keys, of
	}
	return v
}

// Revisit is Visit with the keys of the last secret. It is nil if there was none yet.
func (s *Share) Revisit() *Visit {
	keys, last := s.keeper.Last()
	if last == (digest.Digest{}) {
		return nil
	}
	return &Visit{Share: s, left: Limit, Digest: last, keys: keys}
}

// Read reads the record. Last is nil if there is none that can be read.
func (v *Visit) Read() {
	if v == nil {
		return
	}
	v.Last = nil
	var sealed []byte
	var none error
	if !v.within("reading a record", func(ctx context.Context) error {
		got, err := v.store.Get(ctx, v.keys.Place)
		if errors.Is(err, v.NotFound) || errors.Is(err, v.Unreadable) {
			none = err
			return nil
		}
		sealed = got
		return err
	}) {
		return
	}
	if errors.Is(none, v.Unreadable) {
		v.tell("reading a record", none)
	}
	if none != nil {
		v.seen = nil
		return
	}
	v.open(sealed)
}

// open takes note of a record as the store has it.
func (v *Visit) open(sealed []byte) {
	v.seen, v.Last = sealed, nil
	r, err := record.Open(sealed, v.keys)
	if err != nil {
		v.tell("reading a record", err)
		return
	}
	v.Last = &r
}

// Write replaces the record, unless keeps returns false by then.
func (v *Visit) Write(r record.Record, ttl time.Duration, keeps func() bool) {
	if v == nil || v.down || ttl <= 0 {
		return
	}
	sealed, err := r.Seal(v.keys)
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

// Delete deletes the record.
func (v *Visit) Delete() {
	if v == nil {
		return
	}
	v.within("deleting a record", func(ctx context.Context) error {
		return v.change(ctx, func() error { return v.store.Delete(ctx, v.keys.Place) })
	})
}

// within runs one operation in the rest of the visit's time. It reports whether it succeeded.
func (v *Visit) within(doing string, operation func(context.Context) error) bool {
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

// giveUp tells of an error and ends the visit.
func (v *Visit) giveUp(doing string, err error) {
	v.down = true
	if err != nil {
		v.tell(doing, err)
	}
}

func (v *Visit) tell(doing string, err error) {
	if v.Fault != nil && v.Fault.Error() == err.Error() {
		return // a record is read twice in a visit
	}
	v.Fault = err
	if v.Trouble != nil {
		v.Trouble(doing, err)
	}
}
