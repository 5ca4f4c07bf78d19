package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// Files is a [client.TokenStore], a [client.Locker] and a [client.LockOrGetter] for the processes of one machine: a
// directory with one file per record. [NewFiles] makes one; the zero value must not be used. A Files is safe for
// concurrent use by multiple goroutines, and its directory by any number of Files and processes.
//
// A record is written to a temporary file, synced and renamed. If a process is killed meanwhile, the old record or the
// new one is there, and perhaps a temporary file. A file that is damaged, truncated or foreign counts as no record: the
// error of Get wraps [client.ErrRecordUnreadable] and [client.ErrTokenNotFound]. So does anything in a record's place
// but a regular file of this user that others cannot write; Get opens no such thing. Locks are the kernel's, so a
// killed process holds none. A Put also removes expired records and leftovers: at most once a second it looks at up to
// 256 files in one of 256 folders.
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
// The error wraps [ErrUnsafeDir] if the directory belongs to another user, can be written by others, is a symbolic
// link, or is no directory. If its group can write to it, and nothing but records is in it, NewFiles sets mode 0700: on
// a Kubernetes volume with fsGroup each mount gives it to the group. If that fails, the error names fsGroup.
//
// Each call of the Files looks at the directory and at the folder in it anew, and fails with the same error. If the
// directory is gone, calls fail until NewFiles has made it anew. The parents are not checked: a user who can write to a
// parent can take the directory away, but no directory that another user owns takes its place.
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
		return nil, err
	}
	_ = root.Close() // it was only looked at
	return &Files{dir: dir}, nil
}

// Get implements [client.TokenStore].
func (f *Files) Get(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at, err := f.open(key, false)
	if err != nil {
		return nil, err
	}
	defer at.close()
	return at.read()
}

// Put implements [client.TokenStore].
func (f *Files) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(record) > maxRecord {
		return fmt.Errorf("tokenstore: a record of %d bytes: at most %d fit", len(record), maxRecord)
	}
	at, err := f.open(key, true)
	if err != nil {
		return err
	}
	defer at.close()
	if err := at.replace(encodeRecord(at.name, record, time.Now().Add(ttl))); err != nil {
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
	at, err := f.open(key, false)
	if errors.Is(err, client.ErrTokenNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer at.close()
	if err := at.folder.Remove(at.record()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("tokenstore: %w", err)
	}
	return nil
}
