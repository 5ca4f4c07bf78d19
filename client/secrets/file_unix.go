//go:build unix

package secrets

import "syscall"

// nonBlocking opens a named pipe at once, whether it has a writer or not.
const nonBlocking = syscall.O_NONBLOCK

// errAgain is that of a pipe whose writer has written nothing yet.
const errAgain = syscall.EAGAIN
