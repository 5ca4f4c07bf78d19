package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// ServeHTTP answers one request, for any host. It is for a listener of your own, such as that of
// [net/http/httptest.NewTLSServer].
func (srv *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { srv.world().serve(w, r) }

func (s *world) serve(w http.ResponseWriter, r *http.Request) {
	a, err := s.respond(r)
	switch {
	case errors.Is(err, errReset):
		reset(w)
	case err != nil:
		panic(http.ErrAbortHandler) // this ends the connection without an answer or a log line
	default:
		_ = a.write(w) // fails if the client has left
	}
}

// reset closes the connection so that the client sees ECONNRESET. If the connection cannot be taken over, as with
// HTTP/2, the client sees an aborted answer.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails if there is nothing left to reset
	}
	_ = conn.Close()
}

// Transport returns an [http.RoundTripper] that reaches s without a socket and without a goroutine. Requests to another
// scheme or host than s.URL's fail. When a request's context is done, also during the latency, its RoundTrip returns
// the context's error.
func (srv *Server) Transport() http.RoundTripper { return inProcess{srv.world} }

type inProcess struct{ server func() *world }

func (t inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := t.send(req)
	if err != nil {
		return nil, err
	}
	a, err := t.server().respond(sent)
	if errors.Is(err, errReset) {
		err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	if err != nil {
		return nil, err
	}
	resp := &http.Response{
		Status:        fmt.Sprint(a.status, " ", http.StatusText(a.status)),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header,
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       req,
	}
	if req.Method == http.MethodHead {
		resp.Body = http.NoBody
	}
	return resp, nil
}

// send turns a client's request into a server's, as a network would. It reads the whole body and closes it.
func (t inProcess) send(req *http.Request) (*http.Request, error) {
	body, err := sentBody(req)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	select {
	case <-t.server().closed:
		return nil, errClosed
	default:
	}
	if req.URL == nil {
		return nil, errors.New("sandbox: request without URL")
	}
	if origin := req.URL.Scheme + "://" + req.URL.Host; !strings.EqualFold(origin, t.server().url) {
		return nil, fmt.Errorf("sandbox: only %s is reached here, not %s", t.server().url, origin)
	}

	sent := req.Clone(req.Context())
	sent.RequestURI = sent.URL.RequestURI()
	sent.URL.Scheme, sent.URL.Host, sent.URL.User, sent.URL.Fragment = "", "", nil, ""
	sent.Header = http.Header{}
	for name, values := range req.Header {
		for _, value := range values {
			sent.Header.Add(name, value)
		}
	}
	if sent.Method == "" {
		sent.Method = http.MethodGet
	}
	if sent.Host == "" {
		sent.Host = req.URL.Host
	}
	sent.RemoteAddr = "127.0.0.1:1"
	sent.Body, sent.GetBody, sent.ContentLength = io.NopCloser(bytes.NewReader(body)), nil, int64(len(body))
	return sent, nil
}

// sentBody reads req's body and closes it, at the latest when req's context is done: nobody may write to a body that is
// a pipe.
func sentBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	stop := context.AfterFunc(req.Context(), func() { _ = req.Body.Close() })
	body, err := io.ReadAll(req.Body)
	if stop() {
		_ = req.Body.Close()
	}
	switch {
	case req.Context().Err() != nil:
		return nil, req.Context().Err()
	case err != nil:
		return nil, err
	case req.ContentLength > 0 && req.ContentLength != int64(len(body)):
		return nil, fmt.Errorf("sandbox: ContentLength=%d with body length %d", req.ContentLength, len(body))
	}
	return body, nil
}
