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

// Files is a [client.TokenStore] and a [client.Locker] for the processes of one machine: a directory with one file per
// record. [NewFiles] makes one; the zero value must not be used. A Files is safe for concurrent use by multiple
// goroutines, and its directory by any number of Files and processes.
//
// A record is written to a temporary file, synced and renamed. If a process is killed meanwhile, the old record or the
// new one is there, and perhaps a temporary file. A file that is damaged, truncated or foreign counts as no record: the
// error of Get wraps [client.ErrRecordUnreadable] and [client.ErrTokenNotFound]. Locks are the kernel's, so a killed
// process holds none. A Put also removes expired records and leftovers: at most once a second it looks at up to 256
// files in one of 256 folders.
//
// Directories are made with mode 0700 and files with 0600. File names are digests of the keys. The cost of Get and Put
// does not grow with the number of records.
//
// A record has at most 128 KiB. Each call checks ctx before it touches the disk. The wait for a lock ends with ctx; a
// read or write that the kernel has begun does not. Records expire on this machine's clock. A Put without the key's
// lock may, in a rare moment, be removed together with the expired record that it replaces.
//
// Files is made for local file systems: over a network, renaming, locks and clocks depend on the server. On Windows the
// owner and the access list of the directory are not checked, a killed process may damage a record, a Put may fail
// while somebody reads the record, and lock files stay.
type Files struct {
	dir   string
	sweep sweep
}

// DefaultDir returns the directory for this user's records: latchkey, in the directory that [os.UserCacheDir] returns.
// It fails if that fails, and creates nothing.
func DefaultDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("tokenstore: no default directory: %w", err)
	}
	return filepath.Join(cache, "latchkey"), nil
}

// NewFiles returns the Files in a directory. If the directory does not exist, NewFiles creates it and its parents with
// mode 0700. If it exists, others may be able to list it, but the folders in it have mode 0700.
//
// If the group can write to the directory, as on a Kubernetes volume after each mount with fsGroup, and nothing but
// records is there, NewFiles sets mode 0700. The error wraps [ErrUnsafeDir] if the directory cannot be made private: if
// it belongs to another user, can be written by others, holds other files, is a symbolic link, or is no directory.
//
// NewFiles checks this once, and does not check the parents of dir. A user who can write to a parent can put another
// directory in its place.
func NewFiles(dir string) (*Files, error) {
	if dir == "" {
		return nil, errors.New("tokenstore: no directory: DefaultDir names one")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("tokenstore: %w", err)
		}
	}
	root, err := openDir(dir)
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	_ = root.Close() // it was only looked at
	return &Files{dir: dir}, nil
}

// Get implements [client.TokenStore].
func (f *Files) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return readRecord(f.place(key))
}

// Put implements [client.TokenStore].
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

// Delete implements [client.TokenStore].
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

// place is where the files of a key are: in one of 256 folders, under a name of fixed length.
type place struct{ folder, name string }

func (f *Files) place(key string) place {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return place{filepath.Join(f.dir, name[:2]), name}
}

func (p place) record() string { return filepath.Join(p.folder, p.name+recordSuffix) }

func (p place) lock() string { return filepath.Join(p.folder, p.name+lockSuffix) }

func (p place) makeFolder() error { return os.MkdirAll(p.folder, 0o700) }

// readRecord returns the record at a place. The error is client.ErrTokenNotFound if there is none, and wraps it if the
// file is damaged.
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

// readFile returns the content of a file, up to one byte more than the file of a record can have.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the name is a digest
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(file, int64(maxFile)+1))
}
