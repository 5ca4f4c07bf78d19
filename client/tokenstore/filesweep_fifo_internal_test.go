//go:build unix && !aix && !solaris

package tokenstore

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestSweepLeavesANewRecord: a record that was dead when the sweep looked may be alive when the sweep has the lock. A
// pipe in the record's place stops the sweep at its first look until the new record is there.
func TestSweepLeavesANewRecord(t *testing.T) {
	store, err := NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := store.place("key")
	if err := errors.Join(at.makeFolder(), syscall.Mkfifo(at.record(), 0o600)); err != nil {
		t.Fatal(err)
	}
	var sweeper sync.WaitGroup
	sweeper.Go(func() { removeDead(at) })
	pipe, err := os.OpenFile(at.record(), os.O_WRONLY, 0) // waits for the sweep to read
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), "key", []byte("new"), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := pipe.Close(); err != nil { // an empty record counts as damaged
		t.Fatal(err)
	}
	sweeper.Wait()
	if record, err := store.Get(t.Context(), "key"); string(record) != "new" {
		t.Errorf("the new record is %q, %v", record, err)
	}
}
