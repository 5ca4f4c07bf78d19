package wire_test

import (
	"net"
	"syscall"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// The kernel watches over connections that nobody uses, or whose data nobody acknowledges.
func TestT8KernelWatchesConnections(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	conn, err := wire.NewDefault().DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	const userTimeout = 18 // TCP_USER_TIMEOUT in milliseconds
	for option, want := range map[[2]int]int{
		{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE}:   1,
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE}:  14,
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL}: 5,
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT}:   3,
		{syscall.IPPROTO_TCP, userTimeout}:           28000,
	} {
		err := raw.Control(func(fd uintptr) {
			if got, err := syscall.GetsockoptInt(int(fd), option[0], option[1]); err != nil || got != want {
				t.Errorf("option %v is %d, %v; want %d", option, got, err, want)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}
