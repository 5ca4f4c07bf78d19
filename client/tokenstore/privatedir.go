package tokenstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// ErrUnsafeDir says that a directory is not fit for tokens: another user can write to it, another user owns it, it is
// a symbolic link or no directory at all, or it is gone. It says the same if such a thing lies in the directory in
// place of a folder, a record or a lock. The error that wraps it says which, and what to do.
var ErrUnsafeDir = errors.New("unsafe directory")

// openDir opens a directory if it is fit for tokens.
func openDir(path string) (*os.Root, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	return openPrivate(path, info, func() (*os.Root, error) {
		return os.OpenRoot(path + string(filepath.Separator) + ".") // which a pipe put there by now does not block
	})
}

// openPrivate opens a directory that is named by path and info if only this process's user can write to it. It takes
// from the group what the group can do there.
func openPrivate(path string, info fs.FileInfo, open func() (*os.Root, error)) (*os.Root, error) {
	if !info.IsDir() {
		return nil, unsafeDir(path, info, "is "+kind(info))
	}
	if fault := foreign(info); fault != "" {
		return nil, unsafeDir(path, info, fault)
	}
	dir, err := open()
	if err != nil {
		return nil, err
	}
	fault, err := makePrivate(dir, info)
	if fault != "" {
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
	self, err := dir.Open(".")
	if err != nil {
		return "", err
	}
	defer func() { _ = self.Close() }()
	opened, err := self.Stat()
	if err != nil {
		return "", err
	}
	if !os.SameFile(info, opened) {
		return "was replaced a moment ago", nil
	}
	if fault := foreign(opened); fault != "" || !groupWrites(opened) {
		return fault, nil
	}
	names, err := self.Readdirnames(-1)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if !ownName.MatchString(name) {
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

// ownName is a name in a directory of Files.
var ownName = regexp.MustCompile(`^([0-9a-f]{2}|[0-9a-f]{64}\.(token|lock)|\..*\.token.*)$`)

// unsafeDir returns the error for something unfit. Kubernetes makes volumes writable to a group with fsGroup.
func unsafeDir(path string, info fs.FileInfo, fault string) error {
	advice := "choose another, or remove it if nothing else needs it"
	if groupWrites(info) {
		advice += " (on a Kubernetes volume with fsGroup: choose a directory below the volume that NewFiles makes, " +
			"and the same runAsUser each time)"
	}
	return fmt.Errorf("%w: %s %s: %s", ErrUnsafeDir, path, fault, advice)
}

// kind returns what lies in the place of a directory or a regular file.
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
	default:
		return "no regular file"
	}
}
