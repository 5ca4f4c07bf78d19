package wire

import "syscall"

// tcpUserTimeout is TCP_USER_TIMEOUT, which package syscall has for some architectures only.
const tcpUserTimeout = 0x12

// limitSilence sets how long data may wait to be acknowledged. The system's default is a quarter of an hour. Failure is
// no reason not to connect.
func limitSilence(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(silence.Milliseconds()))
	})
}
