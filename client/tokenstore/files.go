package tokenstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// Files is a TokenStore and a Locker for the processes of one machine: a directory with one file per record.
//
// A record is written to a temporary file, synced and renamed: whoever is killed meanwhile leaves the old record or
// the new one, and perhaps a temporary file. A file that is damaged, truncated or not of our making counts as no
// record: Get's error wraps client.ErrRecordUnreadable and client.ErrTokenNotFound. Locks are the kernel's, so that a
// killed process holds none. What is left over is cleared away bit by bit: a Put looks at up to 256 files of one
// folder out of 256, at most once a second.
//
// Directories are made with mode 0700 and files with 0600; names tell nothing of the keys. The cost of Get and Put does not
// grow with the number of records.
//
// A record is at most 128 KiB. A call checks ctx before it touches the disk, and waits for a lock no longer than
// ctx; a read or write that the kernel has begun cannot be cancelled. Record lives are measured on this machine's
// clock. A Put by somebody who does not hold the key's lock may, in a rare moment, be swept away with the record that it
// replaces.
//
// Files is made for local file systems: over a network, renaming, locks and clocks are the server's affair. On
// Windows neither the owner nor the access list of the directory is checked, whether a record survives a killed
// process depends on the file system, a Put may fail while somebody reads the record, and lock files stay.
//
// A Files is safe for concurrent use by multiple goroutines, and a directory by any number of Files and processes.
type Files struct {
	dir   string
	sweep sweep
}

// ErrUnsafeDir says that a directory is not fit for tokens: somebody else can write to it, owns it, or decides where
// it is. The error that wraps it says which, and what to do.
var ErrUnsafeDir = errors.New("unsafe directory")

// DefaultDir returns the place for the records of this user: latchkey, in the directory that os.UserCacheDir names.
// It fails where that does, and creates nothing.
func DefaultDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("tokenstore: no default directory: %w", err)
	}
	return filepath.Join(cache, "latchkey"), nil
}

// NewFiles returns the Files in a directory, which it creates with mode 0700, parents included, if it does not
// exist. One that exists is left as it is.
//
// The error wraps ErrUnsafeDir if the directory belongs to another user, can be written by group or others, or is a
// symbolic link. Its parents are not looked at: who can write to those can put another directory in its place.
func NewFiles(dir string) (*Files, error) {
	if dir == "" {
		return nil, errors.New("tokenstore: no directory: DefaultDir names one")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("tokenstore: %w", err)
		}
		info, err = os.Lstat(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	if fault := unsafe(info); fault != "" {
		return nil, fmt.Errorf("tokenstore: %w: %s %s: choose another, or remove it if nothing else needs it",
			ErrUnsafeDir, dir, fault)
	}
	return &Files{dir: dir}, nil
}

// unsafe says what makes a directory unfit for tokens; "" if nothing does.
func unsafe(info fs.FileInfo) string {
	switch {
	case info.Mode().Type() == fs.ModeSymlink:
		return "is a symbolic link"
	case !info.IsDir():
		return "is not a directory"
	default:
		return openToOthers(info)
	}
}

// Get implements client.TokenStore.
func (f *Files) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return readRecord(f.place(key))
}

// Put implements client.TokenStore.
func (f *Files) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(record) > maxRecord {
		return fmt.Errorf("tokenstore: a record of %d bytes: at most %d fit", len(record), maxRecord)
	}
	at := f.place(key)
	if err := at.makeFolder(); err != nil {
		return fmt.Errorf("tokenstore: %w", err)
	}
	if err := replaceFile(at.record(), encodeRecord(at, record, time.Now().Add(ttl))); err != nil {
		return fmt.Errorf("tokenstore: %w", err)
	}
	f.sweep.some(ctx, f.dir)
	return nil
}

// Delete implements client.TokenStore.
func (f *Files) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.Remove(f.place(key).record()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("tokenstore: %w", err)
	}
	return nil
}

const (
	recordSuffix = ".token"
	lockSuffix   = ".lock"
)

// place is where a key's files are: in one of 256 folders, under a name of fixed length.
type place struct{ folder, name string }

func (f *Files) place(key string) place {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return place{filepath.Join(f.dir, name[:2]), name}
}

func (p place) record() string { return filepath.Join(p.folder, p.name+recordSuffix) }

func (p place) lock() string { return filepath.Join(p.folder, p.name+lockSuffix) }

func (p place) makeFolder() error { return os.MkdirAll(p.folder, 0o700) }

// readRecord returns the record at a place. The error is client.ErrTokenNotFound if there is none; it wraps that and
// says more if there is something else.
func readRecord(at place) ([]byte, error) {
	data, err := readFile(at.record())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, client.ErrTokenNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	record, expiry, ok := decodeRecord(at, data)
	if !ok {
		return nil, fmt.Errorf("tokenstore: %s is damaged: %w: %w", at.record(), client.ErrRecordUnreadable, client.ErrTokenNotFound)
	}
	if !time.Now().Before(expiry) {
		return nil, client.ErrTokenNotFound
	}
	return record, nil
}

// readFile returns a file's content, up to one byte more than a record's file can have.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // a name of our making
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(file, int64(maxFile)+1))
}
