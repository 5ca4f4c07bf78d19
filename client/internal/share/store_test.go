package share_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/seal"
	"github.com/latchkey-go/latchkey/client/internal/share"
)

// store is a store in memory. What it does can take time, which no context ends, and fail. Its keys are fast.
type store struct {
	takes map[string]time.Duration // by operation: get, put, delete, keys
	fails map[string]error

	mu      sync.Mutex
	records map[string][]byte
	ttl     time.Duration
	ops     []string
	at      []time.Time // of ops
}

func newStore() *store {
	return &store{takes: map[string]time.Duration{}, fails: map[string]error{}, records: map[string][]byte{}}
}

// does is one operation, which ends with what then returns.
func (s *store) does(op string, then func()) error {
	s.mu.Lock()
	s.ops, s.at = append(s.ops, op), append(s.at, time.Now())
	s.mu.Unlock()
	time.Sleep(s.takes[op])
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fails[op]; err != nil {
		return err
	}
	then()
	return nil
}

func (s *store) Get(_ context.Context, key string) (found []byte, err error) {
	err = s.does("get", func() { found = s.records[key] })
	if err == nil && found == nil {
		err = errNotFound
	}
	return found, err
}

func (s *store) Put(_ context.Context, key string, record []byte, ttl time.Duration) error {
	return s.does("put", func() { s.records[key], s.ttl = record, ttl })
}

func (s *store) Delete(_ context.Context, key string) error {
	return s.does("delete", func() { delete(s.records, key) })
}

func (s *store) BoundKeys(_ context.Context, name, secret string) (keys seal.Keys, err error) {
	failed := s.does("keys", func() { keys, err = seal.Fast(name, secret) })
	if failed != nil {
		return seal.Keys{}, failed
	}
	return keys, err
}

// did returns what the store did.
func (s *store) did() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.ops, " ")
}

// only returns the one record that there is.
func (s *store) only() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, record := range s.records {
		return record
	}
	return nil
}

// replace puts something under each key.
func (s *store) replace(record []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.records {
		s.records[key] = record
	}
}

// troubles are what a Share has told.
type troubles struct {
	mu  sync.Mutex
	all []string
}

func (tr *troubles) tell(doing string, err error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.all = append(tr.all, fmt.Sprintf("%s: %v", doing, err))
}

// wantTold checks what was told.
func (tr *troubles) wantTold(t *testing.T, want ...string) {
	t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if !slices.Equal(tr.all, want) {
		t.Errorf("told %q; want %q", tr.all, want)
	}
}

// shared returns an account's Share in a store, whose records need the secret. Trouble is told to tr.
func shared(s share.Store, tr *troubles) *share.Share {
	sh := share.New(s, "me", false)
	sh.NotFound, sh.Unreadable = errNotFound, errUnreadable
	if tr != nil {
		sh.Trouble = tr.tell
	}
	return sh
}

// token returns a record of a token.
func token(value string) record.Record { return record.Record{Token: &record.Token{Value: value}} }

// valueOf returns the token that was read last, "" if there is none.
func valueOf(v *share.Visit) string {
	if v.Last == nil || v.Last.Token == nil {
		return ""
	}
	return v.Last.Token.Value
}

func yes() bool { return true }
