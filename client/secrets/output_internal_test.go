package secrets

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Of what a program prints no more is kept than tells that it is too much.
func TestOutputIsBounded(t *testing.T) {
	for _, size := range []int{1, 1000, maxRead, maxRead + 1, maxRead + 2, 10 * maxRead} {
		var b beginning
		written := 0
		for range 6*maxRead/size + 2 {
			n, err := b.Write([]byte(strings.Repeat("x", size)))
			written += n
			if whole := n == size; whole != (err == nil) || err != nil && !errors.Is(err, io.ErrShortWrite) {
				t.Fatalf("%d of %d bytes, %v", n, size, err)
			}
		}
		if most := maxRead + 1; len(b.read) > most || len(b.read) != written || size <= maxRead && written != most {
			t.Errorf("in pieces of %d bytes: %d are kept, and %d were written; want %d", size, len(b.read), written, most)
		}
	}
}

// Of a program's errors the end is kept.
func TestErrorsAreBounded(t *testing.T) {
	for _, size := range []int{1, 1000, maxKept, 10 * maxKept} {
		var e ending
		for range 3*maxKept/size + 1 {
			if n, err := e.Write([]byte(strings.Repeat("x", size-1) + "y")); n != size || err != nil {
				t.Fatalf("%d of %d bytes, %v", n, size, err)
			}
		}
		if len(e.kept) != maxKept || !strings.HasSuffix(string(e.kept), "y") {
			t.Errorf("in pieces of %d bytes: %d are kept, to their end: %t", size, len(e.kept), strings.HasSuffix(string(e.kept), "y"))
		}
	}
}
