package client_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// modelLease is how long a lock outlives its holder.
const modelLease = 10 * time.Second

// modelStore is a fake store that the Clients share. A script sets what is wrong with it.
type modelStore struct {
	model *model

	mu      sync.Mutex
	mode    string
	latency time.Duration
	records map[string]modelRecord
	oldest  map[string]modelRecord
	locked  bool
	dies    bool // whoever holds the lock now, or takes it next, never releases it
}

type modelRecord struct {
	bytes []byte
	until time.Time
}

func (s *modelStore) set(change func(*modelStore)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// modelNilError is an error that cannot be printed if it is nil.
type modelNilError struct{ text string }

func (e *modelNilError) Error() string { return e.text }

// suffers takes the time that an operation takes, and does what is wrong with it. mu is not held.
func (s *modelStore) suffers(ctx context.Context) (mode string, err error) {
	s.mu.Lock()
	mode, latency := s.mode, s.latency
	s.mu.Unlock()
	if err := modelSleep(ctx, latency); err != nil {
		return mode, err
	}
	switch mode {
	case "slow":
		return mode, modelSleep(ctx, 5*time.Second)
	case "deaf":
		time.Sleep(modelDeaf)
	case "down":
		return mode, errors.New("connection refused")
	case "nil error":
		var none *modelNilError
		return mode, none
	case "panic":
		panic("with right-secret")
	case "exit":
		runtime.Goexit()
	}
	return mode, nil
}

// modelStoreOf is the store as one Client has it.
type modelStoreOf struct {
	*modelStore
	client *modelClient
}

// Get implements client.TokenStore.
func (s modelStoreOf) Get(ctx context.Context, key string) ([]byte, error) {
	mode, err := s.suffers(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[key]
	if old, known := s.oldest[key]; known && mode == "replay" {
		return bytes.Clone(s.client.clock.read(old.bytes)), nil
	}
	if !ok || !time.Now().Before(r.until) && mode != "hoard" || mode == "forgetful" {
		return nil, client.ErrTokenNotFound
	}
	got := bytes.Clone(s.client.clock.read(r.bytes))
	if mode == "corrupt" {
		got[len(got)/2] ^= 1
	}
	return got, nil
}

// Put implements client.TokenStore.
func (s modelStoreOf) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	mode, err := s.suffers(ctx)
	if err != nil || mode == "forgetful" {
		return err
	}
	s.mu.Lock()
	r := modelRecord{s.client.clock.written(bytes.Clone(record)), time.Now().Add(ttl)}
	s.records[key] = r
	if _, known := s.oldest[key]; !known {
		s.oldest[key] = r
	}
	s.mu.Unlock()
	s.model.put(s.client)
	return nil
}

// Delete implements client.TokenStore.
func (s modelStoreOf) Delete(ctx context.Context, key string) error {
	if _, err := s.suffers(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.records, key)
	s.mu.Unlock()
	s.model.deleted()
	return nil
}

// Lock implements client.Locker.
func (s modelStoreOf) Lock(ctx context.Context, _ string) (unlock func(), err error) {
	if _, err := s.suffers(ctx); err != nil {
		return nil, err
	}
	for {
		s.mu.Lock()
		taken := !s.locked
		dies := taken && s.dies
		if taken {
			s.locked, s.dies = true, false
		}
		s.mu.Unlock()
		if dies {
			// A process that took the lock and died: its lease must end.
			time.AfterFunc(modelLease, s.unlock)
		} else if taken {
			return sync.OnceFunc(s.unlock), nil
		}
		if err := modelSleep(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func (s *modelStore) unlock() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked = false
}
