//go:build unix

package tokenstore

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// foreign returns how users of another group may have written a file, or may write to a directory, or "".
func foreign(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int64(stat.Uid) != int64(os.Geteuid()) {
		return fmt.Sprintf("belongs to user %d, and this process to user %d", stat.Uid, os.Geteuid())
	}
	if info.Mode().Perm()&0o002 != 0 {
		return fmt.Sprintf("can be written by others (mode %04o)", info.Mode().Perm())
	}
	return ""
}

// groupWrites reports whether the group of a file can write to it.
func groupWrites(info fs.FileInfo) bool { return info.Mode().Perm()&0o020 != 0 }

// replaceFile writes a file, whole or not at all, with mode 0600.
func replaceFile(path string, data []byte) error {
	file, err := renameio.NewPendingFile(path,
		renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer file.Cleanup() //nolint:errcheck // another error matters more
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}
