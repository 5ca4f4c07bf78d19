package wire_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

func TestT3WhichRequestsCanBeSentAgain(t *testing.T) {
	text := func() io.ReadCloser { return io.NopCloser(strings.NewReader("hello")) }
	again := func() (io.ReadCloser, error) { return text(), nil }
	gone := errors.New("the file is gone")
	for name, tt := range map[string]struct {
		req     *http.Request
		rewinds bool
		body    string // after Rewind
		err     error
	}{
		"without a body":              {&http.Request{}, true, "", nil},
		"with none":                   {&http.Request{Body: http.NoBody}, true, "", nil},
		"a body that can be made":     {&http.Request{Body: http.NoBody, GetBody: again}, true, "hello", nil},
		"a body that was read":        {&http.Request{Body: text(), GetBody: again}, true, "hello", nil},
		"a body that is a stream":     {&http.Request{Body: text()}, false, "hello", nil},
		"a body that cannot be made":  {&http.Request{Body: text(), GetBody: func() (io.ReadCloser, error) { return nil, gone }}, true, "hello", gone},
		"no body that cannot be made": {&http.Request{GetBody: func() (io.ReadCloser, error) { return nil, gone }}, true, "", gone},
	} {
		if got := wire.Rewinds(tt.req); got != tt.rewinds {
			t.Errorf("%s: it can be sent again: %t; want %t", name, got, tt.rewinds)
		}
		if err := wire.Rewind(tt.req); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v; want %v", name, err, tt.err)
		}
		if tt.req.Body == nil {
			continue
		}
		if got, err := io.ReadAll(tt.req.Body); string(got) != tt.body || err != nil {
			t.Errorf("%s: its body is %q, %v; want %q", name, got, err, tt.body)
		}
	}
}

func TestCloseBodyOfARequestThatHasNone(t *testing.T) {
	wire.CloseBody(&http.Request{})
	body := closing{strings.NewReader("x"), make(chan struct{})}
	wire.CloseBody(&http.Request{Body: body})
	if !body.isClosed() {
		t.Error("it stays open")
	}
}

// A body that is not needed is read a little, so that its connection serves again, and never for long.
func TestDrainReadsALittle(t *testing.T) {
	for length, rest := range map[int]int{0: 0, 4096: 0, 4097: 1, 1 << 20: 1<<20 - 4096} {
		text := strings.NewReader(strings.Repeat("x", length))
		body := closing{text, make(chan struct{})}
		wire.Drain(body)
		if text.Len() != rest || !body.isClosed() {
			t.Errorf("of %d bytes %d are left, closed: %t; want %d", length, text.Len(), body.isClosed(), rest)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan struct{})
		began := time.Now()
		wire.Drain(closing{stall{closed}, closed})
		if took := time.Since(began); took != time.Second {
			t.Errorf("a body that stalls took %s; want 1 s", took)
		}
	})
}

// slow is a Reader whose first bytes take a while.
type slow struct {
	io.Reader
	takes time.Duration
}

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(s.takes)
	return s.Reader.Read(p)
}

// A body that was closed while a long one was read must not look as if it ended there.
func TestT3HeldBodyThatWasClosedIsNotWhole(t *testing.T) {
	for name, tt := range map[string]struct {
		length int
		takes  time.Duration
		want   error
	}{
		"a long one in time": {100 << 10, 0, nil},
		"a long one, late":   {100 << 10, 2 * time.Second, io.ErrUnexpectedEOF},
		"a short one, late":  {64 << 10, 2 * time.Second, nil}, // it was read to its end
	} {
		synctest.Test(t, func(t *testing.T) {
			body := closing{io.MultiReader(slow{strings.NewReader("x"), tt.takes}, strings.NewReader(strings.Repeat("x", tt.length-1))), make(chan struct{})}
			got, err := io.ReadAll(wire.Hold(body))
			if !errors.Is(err, tt.want) || tt.want == nil && len(got) != tt.length {
				t.Errorf("%s: %d bytes, %v; want %v", name, len(got), err, tt.want)
			}
		})
	}
}
