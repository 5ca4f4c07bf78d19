package backends_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// exchange is a request and its answer, as they are recorded. There is nothing of the request but this.
type exchange struct {
	Request string      `json:"request"` // method and path
	Status  int         `json:"status"`
	Header  http.Header `json:"header"`
	Text    string      `json:"text,omitempty"`  // the body
	Bytes   []byte      `json:"bytes,omitempty"` // the body, if it is no text
}

// replayed is the base URL in the records.
const replayed = "http://127.0.0.1:1"

func record(backend, scenario string) string {
	return filepath.Join("testdata", backend, scenario+".json")
}

// TestReplay plays the scenarios at what the back ends answered when they were recorded.
func TestReplay(t *testing.T) {
	for _, b := range backends {
		for name, play := range b.scenarios() {
			t.Run(b.name+"/"+name, func(t *testing.T) { again(t, b, name, play) })
		}
	}
}

func again(t *testing.T, b backend, name string, play scenario) {
	content, err := os.ReadFile(record(b.name, name))
	if err != nil {
		t.Fatal(err)
	}
	r := &replay{}
	if err := json.Unmarshal(content, &r.left); err != nil {
		t.Fatal(err)
	}
	play(t, stage{b, replayed, r, func(*testing.T) {}})
	if len(r.left) > 0 {
		t.Errorf("%d answers are left, first to %s", len(r.left), r.left[0].Request)
	}
}

// replay answers with what was recorded, in its order.
type replay struct {
	mu   sync.Mutex
	left []exchange
}

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if req.Body != nil {
		_ = req.Body.Close()
	}
	request := req.Method + " " + req.URL.Path
	if len(r.left) == 0 || r.left[0].Request != request {
		return nil, fmt.Errorf("%s was not recorded here", request)
	}
	answer := r.left[0]
	r.left = r.left[1:]
	body := answer.Bytes
	if body == nil {
		body = []byte(answer.Text)
	}
	return &http.Response{
		Status: http.StatusText(answer.Status), StatusCode: answer.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.Header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}

// recorder records what goes through it.
type recorder struct {
	base    http.RoundTripper
	baseURL string

	mu   sync.Mutex
	sent []exchange
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e := exchange{Request: req.Method + " " + req.URL.Path, Status: resp.StatusCode, Header: resp.Header.Clone()}
	if utf8.Valid(body) {
		e.Text = strings.ReplaceAll(string(body), r.baseURL, replayed)
	} else {
		e.Bytes = body
	}
	for _, values := range e.Header {
		for i := range values {
			values[i] = strings.ReplaceAll(values[i], r.baseURL, replayed)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, e)
	return resp, nil
}

// write writes the record of a scenario.
func (r *recorder) write(t *testing.T, backend, scenario string) {
	t.Helper()
	content, err := json.MarshalIndent(r.sent, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	path := record(backend, scenario)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(content, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
