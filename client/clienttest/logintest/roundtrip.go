package logintest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Response is what a service answers.
type Response struct {
	Status int
	Header http.Header // nil: Content-Type: application/json
	Body   string
}

// Answer logs in with the document's example at a service that gives the response.
func (w Way) Answer(t *testing.T, r Response) (client.Token, error) {
	t.Helper()
	return w.answer(t, w.Fields, r, func() io.Reader { return strings.NewReader(r.Body) })
}

// answer gives r's status and header, and any body. It fails the test unless exactly one request is sent.
func (w Way) answer(t *testing.T, fields map[string]string, r Response, body func() io.Reader) (client.Token, error) {
	t.Helper()
	header := r.Header
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	requests := 0
	token, err := w.token(t.Context(), "https://api.example.com", fields, once(client.WithTransport(
		roundTripper(func(req *http.Request) (*http.Response, error) {
			if requests++; requests > 1 {
				return nil, errors.New("one request too many")
			}
			return &http.Response{
				StatusCode: r.Status, Header: header, Body: io.NopCloser(body()), ContentLength: -1, Request: req,
			}, nil
		})))...)
	if requests != 1 {
		t.Errorf("%d requests were sent, want 1", requests)
	}
	return token, err
}

// roundTripper makes a function an http.RoundTripper. The function need not read the request.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	return f(req)
}

// recorder is an http.RoundTripper that keeps all requests and responses.
type recorder struct {
	base http.RoundTripper

	mu        sync.Mutex
	exchanges []exchange
}

type exchange struct {
	request  *http.Request // request whose body has been read
	sent     []byte
	received []byte
}

// record returns a recorder of all requests to the server.
func record(server *sandbox.Server, cfg sandbox.Config) *recorder {
	if cfg.InProcess {
		return &recorder{base: server.Transport()}
	}
	return &recorder{base: http.DefaultTransport}
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	passed := req.Clone(req.Context())
	passed.Body = io.NopCloser(bytes.NewReader(sent))
	resp, err := r.base.RoundTrip(passed)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	received, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(received))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, exchange{request: req.Clone(req.Context()), sent: sent, received: received})
	return resp, nil
}

// only returns the only exchange.
func (r *recorder) only(t *testing.T) exchange {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) != 1 {
		t.Fatalf("%d requests were sent, want 1", len(r.exchanges))
	}
	return r.exchanges[0]
}
