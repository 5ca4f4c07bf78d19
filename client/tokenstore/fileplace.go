package tokenstore

import (
	"crypto/rand"
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

const (
	recordSuffix = ".token"
	lockSuffix   = ".lock"
)

// place is where the files of a key are: in one of 256 folders, under a name of fixed length. It is open until close.
type place struct {
	folder *os.Root
	path   string // of the folder
	name   string
}

// open opens the place of a key. If there is no folder for it yet, open makes one, or returns client.ErrTokenNotFound.
func (f *Files) open(key string, create bool) (place, error) {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	folder, err := openFolder(f.dir, name[:2], create)
	return place{folder, filepath.Join(f.dir, name[:2]), name}, err
}

func (p place) close() { _ = p.folder.Close() }

func (p place) record() string { return p.name + recordSuffix }

func (p place) lock() string { return p.name + lockSuffix }

// read returns the record. The error is client.ErrTokenNotFound if there is none, and wraps it if a Put will replace
// what is there.
func (p place) read() ([]byte, error) {
	data, err := p.readFile()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, client.ErrTokenNotFound
	case errors.Is(err, ErrUnsafeDir):
		return nil, p.unreadable(err)
	case err != nil:
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	record, expiry, ok := decodeRecord(p.name, data)
	if !ok {
		return nil, p.unreadable(fmt.Errorf("tokenstore: %s is damaged", filepath.Join(p.path, p.record())))
	}
	if !time.Now().Before(expiry) {
		return nil, client.ErrTokenNotFound
	}
	return record, nil
}

// unreadable wraps the error for something that is no record. A Put replaces it unless it is a directory.
func (p place) unreadable(err error) error {
	if info, _ := p.folder.Lstat(p.record()); info != nil && info.IsDir() {
		return fmt.Errorf("%w: %w", err, client.ErrRecordUnreadable)
	}
	return fmt.Errorf("%w: %w: %w", err, client.ErrRecordUnreadable, client.ErrTokenNotFound)
}

// readFile returns the content of the record's file, up to one byte more than it can have.
func (p place) readFile() ([]byte, error) {
	info, err := p.folder.Lstat(p.record()) // to open a device or a pipe may do harm
	if err == nil {
		err = p.fit(p.record(), info)
	}
	if err != nil {
		return nil, err
	}
	file, err := p.folder.OpenFile(p.record(), os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if info, err = file.Stat(); err == nil {
		err = p.fit(p.record(), info) // it may be another one by now
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, int64(maxFile)+1))
}

// fit returns an error that wraps ErrUnsafeDir unless a file is a regular one that nobody else could have written.
func (p place) fit(name string, info fs.FileInfo) error {
	fault := foreign(info)
	if !info.Mode().IsRegular() {
		fault = "is " + kind(info)
	}
	if fault == "" {
		return nil
	}
	return fmt.Errorf("tokenstore: %w: %s %s: remove it", ErrUnsafeDir, filepath.Join(p.path, name), fault)
}

// replace writes the record's file, whole or not at all, with mode 0600.
func (p place) replace(data []byte) error {
	temporary := "." + p.record() + rand.Text()
	file, err := p.folder.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = p.folder.Remove(temporary) }() // after a success it is gone
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return p.folder.Rename(temporary, p.record())
}
