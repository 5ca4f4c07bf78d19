package wire

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"github.com/latchkey-go/latchkey/client/internal/resend"
)

// errBroke stands for an error that net/http does not tell, since it wanted to send the request again.
var errBroke = errors.New("the connection broke before an answer came")

// sendTwice sends a request, and once more if it met a connection that had been in use before and that broke before any
// answer: most likely the server had just closed it. net/http itself does not repeat a request with a body here: it
// might do so once per idle connection. One without a body is its to repeat, as nothing can keep it from that.
func sendTwice(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	var met meeting
	resp, err := base.RoundTrip(met.watch(req))
	if err == nil || !met.again(err) || !Rewinds(req) {
		return resp, err
	}
	again := req.WithContext(resend.With(req.Context(), 1))
	if Rewind(again) != nil {
		return nil, err
	}
	CloseIdle(base) // the others are as old
	return base.RoundTrip(new(meeting).watch(again))
}

// meeting is what a request meets. A user's RoundTripper may make requests of its own before ours.
type meeting struct {
	unanswered atomic.Bool // a connection was got, and no answer has come
	reused     atomic.Bool // the connection had been in use before
}

// watch returns a copy of a request that tells what it meets, and that net/http sends once if it has a body.
func (m *meeting) watch(req *http.Request) *http.Request {
	watched := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			m.unanswered.Store(true)
			m.reused.Store(got.Reused)
		},
		GotFirstResponseByte: func() { m.unanswered.Store(false) },
	}))
	if getBody := req.GetBody; getBody != nil {
		watched.GetBody = func() (io.ReadCloser, error) {
			if m.unanswered.Load() {
				return nil, errBroke
			}
			return getBody() // for a RoundTripper that signs it, or the like
		}
	}
	return watched
}

// again reports whether the request may be sent again after an error.
func (m *meeting) again(err error) bool {
	return m.unanswered.Load() && m.reused.Load() && broke(err)
}

// broke reports whether an error tells of a connection that broke. For some, net/http has no error that is exported.
func broke(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "read" || op.Op == "write") && !op.Timeout() {
		return true
	}
	for _, known := range []error{errBroke, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, known) {
			return true
		}
	}
	for _, words := range []string{"http: server closed idle connection", "http2: client connection lost", "http2: server sent GOAWAY"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}
