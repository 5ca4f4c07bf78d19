//go:build !linux && !darwin

package wire

import "syscall"

// limitSilence is nil: here the system's own limit stays. Connections that wait are probed as elsewhere.
var limitSilence func(network, address string, conn syscall.RawConn) error
