package clienttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

const (
	writers  = 12
	rounds   = 10
	patience = 2 * time.Second // longest time for all rounds, if the store is slow
)

// concurrentOverwrites lets many goroutines replace one record, through several handles, while others read it. At every
// moment there must be a record, exactly as one of them wrote it.
func (k *kit) concurrentOverwrites(ctx context.Context) error {
	key := k.key("contended")
	if err := k.a.Put(ctx, key, written(0, 0), long); err != nil {
		return fmt.Errorf("calling Put: %w", err)
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	seen := make(chan error, 1)
	go func() {
		seen <- k.together(func(_ int, store client.TokenStore) error { return watch(watching, ctx, store, key) })
	}()
	begin := time.Now()
	err := k.together(func(writer int, store client.TokenStore) error {
		for round := 0; round < rounds && time.Since(begin) < patience; round++ {
			if err := store.Put(ctx, key, written(writer, round), long); err != nil {
				return fmt.Errorf("calling Put: %w", err)
			}
		}
		return nil
	})
	stop()
	if err := errors.Join(err, <-seen); err != nil {
		return err
	}
	last, err := k.a.Get(ctx, key)
	if err != nil {
		return fmt.Errorf("calling Get: %w", err)
	}
	if err := wantRecord(ctx, k.b, key, last); err != nil {
		return fmt.Errorf("the handles do not agree on the last record: %w", err)
	}
	return nil
}

// watch reads a record that others replace, until the context watching is done.
func watch(watching, ctx context.Context, store client.TokenStore, key string) error {
	for watching.Err() == nil {
		got, err := store.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("calling Get for a record that is being replaced: %w", err)
		}
		if !whole(got) {
			return fmt.Errorf("nobody put what Get returned: %s, torn or mixed", shown(got))
		}
		_ = wait(watching, 300*time.Microsecond) // its error ends the loop
	}
	return nil
}

// written returns a record that tells writer and round in each of its parts and in its length.
func written(writer, round int) []byte {
	part := fmt.Sprintf("<%02d.%02d>", writer, round)
	return []byte(strings.Repeat(part, 2048+writer*rounds+round))
}

func whole(record []byte) bool {
	var writer, round int
	if _, err := fmt.Sscanf(string(record[:min(len(record), 7)]), "<%d.%d>", &writer, &round); err != nil {
		return false
	}
	return bytes.Equal(record, written(writer, round))
}

// concurrentKeys lets many goroutines put a record each, through several handles. None may get lost.
func (k *kit) concurrentKeys(ctx context.Context) error {
	keys := make([]string, writers)
	for i := range keys {
		keys[i] = k.key(fmt.Sprintf("writer-%d", i))
	}
	err := k.together(func(writer int, store client.TokenStore) error {
		for round := range 3 {
			if err := store.Put(ctx, keys[writer], written(writer, round), long); err != nil {
				return fmt.Errorf("calling Put: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for writer, key := range keys {
		if err := wantRecord(ctx, k.b, key, written(writer, 2)); err != nil {
			return fmt.Errorf("after others wrote other records at the same time: %w", err)
		}
	}
	return nil
}

// together runs f in many goroutines, which begin at the same time and use the handles in turn. It returns an error of
// one.
func (k *kit) together(f func(i int, store client.TokenStore) error) error {
	handles := []client.TokenStore{k.a, k.b, k.c}
	errs := make([]error, writers)
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			<-begin
			errs[i] = f(i, handles[i%len(handles)])
		})
	}
	close(begin)
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
