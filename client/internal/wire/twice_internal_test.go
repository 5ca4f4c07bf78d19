package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/resend"
)

func TestT8WhichErrorsTellOfABrokenConnection(t *testing.T) {
	op := func(op string, err error) error {
		return &url.Error{Op: "Post", Err: &net.OpError{Op: op, Net: "tcp", Err: err}}
	}
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"closed":                   {io.EOF, true},
		"closed within a line":     {fmt.Errorf("net/http: HTTP/1.x transport connection broken: %w", io.ErrUnexpectedEOF), true},
		"closed by ourselves":      {op("write", net.ErrClosed), true},
		"reset":                    {op("read", os.NewSyscallError("read", syscall.ECONNRESET)), true},
		"reset as Windows says it": {op("read", os.NewSyscallError("wsarecv", syscall.Errno(10054))), true},
		"broken pipe":              {op("write", os.NewSyscallError("write", syscall.EPIPE)), true},
		"closed while it was idle": {errors.New("http: server closed idle connection"), true},
		"lost":                     {errors.New("http2: client connection lost"), true},
		"told to go away":          {errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR"), true},
		"net/http asked to replay": {errBroke, true},
		"not connected":            {op("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED)), false},
		"alert":                    {op("remote error", errors.New("tls: bad certificate")), false},
		"silence":                  {op("read", os.NewSyscallError("read", syscall.ETIMEDOUT)), false},
		"time is up":               {context.DeadlineExceeded, false},
		"no header in time":        {errors.New("net/http: timeout awaiting response headers"), false},
		"malformed":                {errors.New(`malformed HTTP response "x"`), false},
	} {
		if got := broke(tt.err); got != tt.want {
			t.Errorf("%s: %t; want %t", name, got, tt.want)
		}
	}
}

// The RoundTripper beneath is told that a login is sent again.
func TestT8LoginThatIsSentAgainSaysSo(t *testing.T) {
	var sent []int
	base := roundTripper(func(req *http.Request) (*http.Response, error) {
		sent = append(sent, resend.Of(req.Context()))
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Reused: true})
		return nil, io.EOF
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://own.example/", strings.NewReader("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sendTwice(base, req); !errors.Is(err, io.EOF) || !slices.Equal(sent, []int{0, 1}) {
		t.Errorf("%v, sent again %v; want once as the first one and once as the second", err, sent)
	}
}

// roundTripper is an http.RoundTripper made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
