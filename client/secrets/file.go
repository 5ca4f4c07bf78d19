package secrets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// FromFile returns a Secret that is the content of a file, without one line end after it (\n or \r\n) and a byte-order
// mark before it. The file is read at each login. So a secret that is mounted, as in Kubernetes and Docker, may be
// swapped while the program runs: a login gets the old one or the new one, and nothing in between.
//
// A relative path is looked up from the directory in which the program is by then. The file may be anything that can be
// read. If it is a named pipe, FromFile waits for its writer until ctx is done. The error is that of package os, such as
// [fs.ErrNotExist] and [fs.ErrPermission], or wraps ctx.Err().
func FromFile(path string) client.Secret {
	return func(ctx context.Context) (string, error) {
		read, err := readFile(ctx, path)
		if err != nil {
			return "", fmt.Errorf("the file of the secret cannot be read (check its path and mode): %w", err)
		}
		return secretOf(read, "the file "+path, "it must hold the secret")
	}
}

func readFile(ctx context.Context, path string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	defer context.AfterFunc(ctx, func() {
		_ = file.SetReadDeadline(time.Unix(1, 0)) // it fails if no read of the file can wait
	})()
	from := io.Reader(file)
	if info, err := file.Stat(); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		from = &pipe{ctx: ctx, file: file}
	}
	read, err := io.ReadAll(io.LimitReader(from, int64(maxRead)+1))
	if err != nil && ctx.Err() != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ctx.Err()}
	}
	return read, err
}

// open opens a file without waiting for the writer of a pipe.
func open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0) //nolint:gosec // the user names it
	if errors.Is(err, fs.ErrNotExist) {
		// Kubernetes renames a link to the folder with the new secret, and then removes the old one: who has followed
		// the link a moment ago finds nothing, and follows it again.
		file, err = os.OpenFile(path, os.O_RDONLY|nonBlocking, 0) //nolint:gosec // as above
	}
	return file, err
}
