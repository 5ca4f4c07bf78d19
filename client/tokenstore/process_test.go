package tokenstore_test

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestWriterKilled: whenever a writer is killed, there is the old record or the new one.
func TestWriterKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/store"
	kills := times(25, 1000)
	for range kills {
		writer := startProcess(t, "write", dir)
		first := writer.line(t)
		<-time.After(time.Duration(rand.Int64N(int64(5 * time.Millisecond))))
		acknowledged, err := strconv.Atoi(writer.kill(t, first))
		if err != nil {
			t.Fatal(err)
		}
		number, err := readNumber(t.Context(), openFiles(t, dir))
		if err != nil {
			t.Fatalf("after record %d was written: %v", acknowledged, err)
		}
		if number != acknowledged && number != acknowledged+1 {
			t.Fatalf("record %d; want the last one written, %d, or the next", number, acknowledged)
		}
	}
	// Otherwise all kills came at the wrong moments, and this test has shown nothing.
	orphans := temporaryFiles(t, dir)
	if orphans == 0 {
		t.Errorf("none of %d kills left a temporary file", kills)
	}
	t.Logf("%d kills, %d of them within a write", kills, orphans)
}

func temporaryFiles(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, file fs.DirEntry, err error) error {
		if strings.HasPrefix(file.Name(), ".") {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLockOfKilledProcessIsFree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/store"
	store := openFiles(t, dir)
	for range times(10, 50) {
		holder := startProcess(t, "hold", dir)
		holder.line(t)

		impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := store.Lock(impatient, processKey); err == nil {
			t.Fatal("the lock was given to a second holder")
		}
		cancel()

		locked := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			unlock, err := store.Lock(ctx, processKey)
			if err == nil {
				unlock()
			}
			locked <- err
		}()
		holder.kill(t, "")
		if err := <-locked; err != nil {
			t.Fatalf("the holder was killed: %v", err)
		}
	}
}

func TestSixteenProcessesTakeTurns(t *testing.T) {
	t.Parallel()
	const processes = 16
	dir := t.TempDir() + "/store"
	var all []*process
	for range processes {
		all = append(all, startProcess(t, "count", dir))
	}
	for _, p := range all {
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("%v %s", err, &p.stderr)
		}
	}
	number, err := readNumber(t.Context(), openFiles(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if number != processes*countsEach {
		t.Errorf("counted to %d; want %d", number, processes*countsEach)
	}
}
