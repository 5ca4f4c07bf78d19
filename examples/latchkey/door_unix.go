//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// openToOthers returns how another user could reach a file or directory, or "".
func openToOthers(info fs.FileInfo) string {
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Sprintf("others can reach it (mode %04o)", info.Mode().Perm())
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int64(stat.Uid) != int64(os.Geteuid()) {
		return fmt.Sprintf("it belongs to user %d, and this process to user %d", stat.Uid, os.Geteuid())
	}
	return ""
}

// listenPrivately listens on a socket of mode 0600. The mask is the process's, which does nothing else meanwhile.
func listenPrivately(path string) (net.Listener, error) {
	before := syscall.Umask(0o177)
	defer syscall.Umask(before)
	return net.Listen("unix", path)
}

// nobodyListens reports whether the error of a connection says that its socket is nobody's.
func nobodyListens(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
