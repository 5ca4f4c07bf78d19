package wire

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// CloseBody closes a request's body, which a RoundTripper must do even if it returns an error.
func CloseBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// Rewinds reports whether a request can be sent again: it has no body, or a GetBody.
func Rewinds(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// Rewind gives a request that is sent again a new body. The error is GetBody's.
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

// Drain reads at most 4 KiB of a body that is not needed, for at most 1 s, and closes it. If that was all of it, the
// connection can be used again.
func Drain(body io.ReadCloser) {
	defer time.AfterFunc(time.Second, func() { _ = body.Close() }).Stop()
	_, _ = io.CopyN(io.Discard, body, 4096)
	_ = body.Close()
}

// heldBytes and heldTime bound what Hold reads.
const (
	heldBytes = 64 << 10
	heldTime  = time.Second
)

// Hold returns an answer's body that can be read later, and frees its connection if it can: it reads the body to its
// end, for a short time. A long body keeps its connection, and one that stalls ends with an error where it stalled.
func Hold(body io.ReadCloser) io.ReadCloser {
	stalled := time.AfterFunc(heldTime, func() { _ = body.Close() })
	read, err := io.ReadAll(io.LimitReader(body, heldBytes+1))
	if !stalled.Stop() && err == nil && len(read) > heldBytes {
		err = io.ErrUnexpectedEOF // it was closed a moment ago
	}
	switch {
	case err != nil:
		_ = body.Close()
		return io.NopCloser(io.MultiReader(bytes.NewReader(read), failed{err}))
	case len(read) <= heldBytes:
		_ = body.Close()
		return io.NopCloser(bytes.NewReader(read))
	default:
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(read), body), body}
	}
}

// failed is a Reader that fails.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
