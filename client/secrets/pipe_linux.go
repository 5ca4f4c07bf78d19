package secrets

import (
	"os"

	"golang.org/x/sys/unix"
)

// writerLeft reports whether a pipe has had a writer, who has closed it.
func writerLeft(file *os.File) (left bool) {
	raw, err := file.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd)}} //nolint:gosec // it is a small number
		_, err := unix.Poll(fds, 0)
		left = err == nil && fds[0].Revents&unix.POLLHUP != 0
	})
	return left && err == nil
}
