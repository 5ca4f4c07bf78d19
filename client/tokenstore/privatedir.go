package tokenstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// ErrUnsafeDir says that a directory is not fit for tokens: another user can write to it, another user owns it, it is
// a symbolic link or no directory at all, or it is gone. It also says that something unfit lies in it, in the place of
// a folder, a record or a lock. The error that wraps it says which, and what to do.
var ErrUnsafeDir = errors.New("unsafe directory")

// openFolder opens one of the folders in a directory, and looks at both. If there is no such folder, openFolder makes
// one, or returns client.ErrTokenNotFound. It never makes the directory.
func openFolder(path, name string, create bool) (*os.Root, error) {
	dir, err := openDir(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	info, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return nil, client.ErrTokenNotFound
		}
		if err = dir.Mkdir(name, 0o700); err == nil || errors.Is(err, fs.ErrExist) {
			info, err = dir.Lstat(name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	return openPrivate(filepath.Join(path, name), info, func() (*os.Root, error) { return dir.OpenRoot(name) })
}

// openDir opens the directory of a Files.
func openDir(path string) (*os.Root, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("tokenstore: %w: it is gone, and NewFiles would make it anew: %w", ErrUnsafeDir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	return openPrivate(path, info, func() (*os.Root, error) {
		return os.OpenRoot(path + string(filepath.Separator) + ".") // not even a pipe put there by now can block that
	})
}

// openPrivate opens a directory, of which path and info tell, if only this process's user can write to it, and its
// group if that can be changed.
func openPrivate(path string, info fs.FileInfo, open func() (*os.Root, error)) (*os.Root, error) {
	fault := foreign(info)
	if !info.IsDir() {
		fault = "is " + kind(info)
	}
	if fault != "" {
		return nil, unsafeDir(path, info, fault)
	}
	dir, err := open()
	if err != nil {
		return nil, fmt.Errorf("tokenstore: %w", err)
	}
	if fault, err = makePrivate(dir, info); err != nil {
		err = fmt.Errorf("tokenstore: %w", err)
	} else if fault != "" {
		err = unsafeDir(path, info, fault)
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return dir, nil
}

// makePrivate sees to it that an open directory is the one that info tells of, and that its group cannot write to it.
// It returns what makes the directory unfit, or "".
func makePrivate(dir *os.Root, info fs.FileInfo) (fault string, err error) {
	opened, err := dir.Stat(".")
	if err != nil {
		return "", err
	}
	if !os.SameFile(info, opened) {
		return "was replaced a moment ago", nil
	}
	if fault := foreign(opened); fault != "" || !groupWrites(opened) {
		return fault, nil
	}
	self, err := dir.Open(".")
	if err != nil {
		return "", err
	}
	defer func() { _ = self.Close() }()
	names, err := self.Readdirnames(-1)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if !ownName().MatchString(name) { // others may need it as it is
			return fmt.Sprintf("can be written by its group (mode %04o), and holds other files", opened.Mode().Perm()), nil
		}
	}
	if err := self.Chmod(0o700); err != nil {
		return fmt.Sprintf("can be written by its group (%v)", err), nil
	}
	// Some file systems keep modes of their own, and say nothing.
	if opened, err = self.Stat(); err == nil && groupWrites(opened) {
		fault = fmt.Sprintf("can be written by its group (mode %04o), and that cannot be changed", opened.Mode().Perm())
	}
	return fault, err
}

// ownName matches the names of what a Files makes.
var ownName = lazy.Regexp(`^([0-9a-f]{2}|[0-9a-f]{64}\.(token|lock)|\.[0-9a-f]{64}\.token[0-9A-Z]*)$`)

// unsafeDir returns the error for an unfit directory. Kubernetes makes volumes writable to a group with fsGroup.
func unsafeDir(path string, info fs.FileInfo, fault string) error {
	advice := "choose another, or remove it if nothing else needs it"
	if groupWrites(info) {
		advice += " (on a Kubernetes volume with fsGroup: choose a directory below the volume that NewFiles makes, " +
			"and the same runAsUser each time)"
	}
	return fmt.Errorf("tokenstore: %w: %s %s: %s", ErrUnsafeDir, path, fault, advice)
}

// kind returns what lies in the place of a directory or of a regular file.
func kind(info fs.FileInfo) string {
	switch info.Mode().Type() {
	case 0:
		return "not a directory"
	case fs.ModeDir:
		return "a directory"
	case fs.ModeSymlink:
		return "a symbolic link"
	case fs.ModeNamedPipe:
		return "a named pipe"
	case fs.ModeSocket:
		return "a socket"
	case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
		return "a device"
	default:
		return "no regular file"
	}
}
