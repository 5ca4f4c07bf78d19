package wire_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// closing tells when it was closed, which ends a read that stalls.
type closing struct {
	io.Reader
	closed chan struct{}
}

func (c closing) Close() error {
	select {
	case <-c.closed:
	default:
		close(c.closed)
	}
	return nil
}

func (c closing) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

var errClosed = errors.New("read on a closed body")

// stall is a Reader that gives nothing until the body is closed.
type stall struct{ closed chan struct{} }

func (s stall) Read([]byte) (int, error) {
	<-s.closed
	return 0, errClosed
}

func TestT3HoldFreesTheConnectionAndKeepsTheBody(t *testing.T) {
	for _, length := range []int{0, 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		want := strings.Repeat("x", length)
		body := closing{strings.NewReader(want), make(chan struct{})}
		held := wire.Hold(body)
		if free := length <= 64<<10; body.isClosed() != free {
			t.Errorf("%d bytes: the connection is free: %t; want %t", length, !free, free)
		}
		if got, err := io.ReadAll(held); string(got) != want || err != nil {
			t.Errorf("%d bytes: read %d, %v", length, len(got), err)
		}
		if held.Close() != nil || !body.isClosed() {
			t.Errorf("%d bytes: it stays open", length)
		}
	}
}

func TestT3HoldDoesNotWaitForABodyThatStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan struct{})
		began := time.Now()
		held := wire.Hold(closing{io.MultiReader(strings.NewReader("Unauth"), stall{closed}), closed})
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %s; want 1 s", took)
		}
		if got, err := io.ReadAll(held); string(got) != "Unauth" || !errors.Is(err, errClosed) {
			t.Errorf("%q, %v; want what came, and the error", got, err)
		}
	})
}
