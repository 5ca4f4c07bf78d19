package wire

import "syscall"

// limitSilence sets how long data may wait to be acknowledged, in seconds. Failure is no reason not to connect.
func limitSilence(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_RXT_CONNDROPTIME, int(silence.Seconds()))
	})
}
