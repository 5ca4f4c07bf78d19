//go:build unix

package tokenstore

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

// noWait keeps the opening of a pipe from waiting for its other end.
const noWait = syscall.O_NONBLOCK

// lockOptions keep a lock file from being followed or waited for.
var lockOptions = []flock.Option{
	flock.SetFlag(os.O_RDWR | os.O_CREATE | syscall.O_NOFOLLOW | syscall.O_NONBLOCK),
}

// foreign returns why others, apart from the group, could have written a file or can write to a directory, or "".
func foreign(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int64(stat.Uid) != int64(os.Geteuid()) {
		return fmt.Sprintf("belongs to user %d, and this process to user %d", stat.Uid, os.Geteuid())
	}
	if info.Mode().Perm()&0o002 != 0 {
		return fmt.Sprintf("can be written by others (mode %04o)", info.Mode().Perm())
	}
	return ""
}

// groupWrites reports whether the group of a directory can write to it.
func groupWrites(info fs.FileInfo) bool { return info.Mode().Perm()&0o020 != 0 }
