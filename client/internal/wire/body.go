package wire

import (
	"io"
	"net/http"
	"time"
)

// CloseBody does what is asked of every RoundTripper, errors included.
func CloseBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// Rewinds reports whether a request can be sent again.
func Rewinds(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// Rewind gives a repeated request a body of its own.
func Rewind(req *http.Request) error {
	if req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return err
	}
	req.Body = body
	return nil
}

// Drain reads a little of an answer that nobody wants, so that the connection can be used again, for no longer than
// that is worth.
func Drain(body io.ReadCloser) {
	defer time.AfterFunc(time.Second, func() { _ = body.Close() }).Stop()
	_, _ = io.CopyN(io.Discard, body, 4096)
	_ = body.Close()
}
