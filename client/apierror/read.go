package apierror

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/reply"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
	"github.com/latchkey-go/latchkey/client/internal/sent"
)

// answer is what an error is made of.
type answer struct {
	status int
	header http.Header
	media  string // the Content-Type without its parameters, "" if it has none
	bytes  []byte
	body   reply.Body
	long   bool                   // it has more than is read
	traces func(text string) bool // reports whether a text holds any trace of a secret that was sent
}

func newError(resp *http.Response, body []byte) *Error {
	if resp == nil {
		return &Error{Message: "there is no answer: look at the error of the call first"}
	}
	a := read(resp, body)
	e := &Error{Status: a.status, RequestID: a.requestID(), RetryAfter: a.retryAfter(), Kind: a.kind()}
	if success(a.status) {
		e.Message = "the answer is " + a.what() + ", which was not expected"
		return e
	}
	e.Code, e.Field, e.Message = a.line(a.body)
	if e.Code == "" {
		e.Code = a.code()
	}
	if e.Message == "" && e.Code == "" {
		e.Code, e.Field, e.Message = a.line(a.small())
	}
	if e.Message == "" {
		e.Message = a.silence()
	}
	return e
}

// read reads an answer. Its body is what was read already, if that is not nil.
func read(resp *http.Response, body []byte) answer {
	if body == nil && resp.Body != nil {
		body, _ = io.ReadAll(io.LimitReader(resp.Body, reply.MaxBody+1)) // what came until an error tells something, too
		_ = resp.Body.Close()                                            // it was only read
	}
	a := answer{
		status: resp.StatusCode, header: resp.Header, bytes: body, long: len(body) > reply.MaxBody, traces: sent.Traces(resp.Request),
	}
	a.media, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if !a.long {
		a.body = reply.Read(body)
	}
	return a
}

// line returns what the service says in a body.
func (a answer) line(b reply.Body) (code, field, message string) {
	words := b.Words(a.status)
	return words.Repeatable(a.traces, sent.WithoutTokens).Line()
}

// kind returns what errors.Is finds.
func (a answer) kind() error {
	if a.status >= 500 {
		return client.ErrUnavailable
	}
	if a.status < 400 || a.isPage() && a.nowhere() {
		return client.ErrUnexpectedResponse
	}
	if a.isPage() {
		return client.ErrUnavailable
	}
	return nil
}

func (a answer) isPage() bool { return reply.IsPage(a.bytes) }

// nowhere reports whether the status is what a wrong base URL leads to.
func (a answer) nowhere() bool {
	return a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed
}

// retryAfter returns how long the service asks to wait.
func (a answer) retryAfter() time.Duration {
	if success(a.status) {
		return 0
	}
	read := retryafter.RetryAfter
	if a.status == http.StatusTooManyRequests {
		read = retryafter.Parse
	}
	wait, named := read(a.header, time.Now())
	if !named {
		return 0
	}
	return wait
}

// silence returns what an error says if the service says nothing.
func (a answer) silence() string {
	switch broken := isJSON(a.media) && !a.body.IsJSON && !a.body.Excess; {
	case len(a.bytes) == 0:
	case a.isPage() && a.nowhere():
		return "the answer is a page (check the base URL)"
	case a.long, a.isPage(), a.body.Excess, broken:
		return "the answer is " + a.what()
	}
	return cmp.Or(http.StatusText(a.status), "the service gives no reason")
}

// what tells what an answer is.
func (a answer) what() string {
	switch {
	case len(a.bytes) == 0:
		return "empty"
	case a.long:
		return "longer than 1 MiB"
	case a.isPage():
		return "a page"
	case isJSON(a.media) && a.body.Excess:
		return "JSON with very many values"
	case isJSON(a.media) && !a.body.IsJSON:
		return "broken JSON"
	case a.media == "" || a.traces(a.media):
		return "without a type"
	default:
		return "of type " + sent.Line(a.media, maxType)
	}
}

const maxType = 60 // longest type that is shown, in characters
