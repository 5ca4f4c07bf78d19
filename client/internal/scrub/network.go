package scrub

import (
	"context"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
)

// OfNetwork reports whether the text of an error is that of package net or io, whatever the service says.
func OfNetwork(err error) bool {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case *net.OpError:
		return OfNetwork(e.Err)
	case *os.SyscallError:
		return OfNetwork(e.Err)
	case *net.DNSError, syscall.Errno:
		return true
	default:
		return slices.Contains([]error{
			context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
		}, err) || err.Error() == "i/o timeout" // of several types
	}
}
