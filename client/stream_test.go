package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// bodySize is how many bytes are sent and received: many times what may lie in memory.
const bodySize = 128 << 20

// heap watches the size of the heap's objects while something is transferred.
type heap struct {
	sample []metrics.Sample
	before uint64
	peak   uint64
}

func newHeap() *heap {
	h := &heap{sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
	runtime.GC()
	runtime.GC()
	h.look()
	h.before = h.peak
	return h
}

func (h *heap) look() {
	metrics.Read(h.sample)
	h.peak = max(h.peak, h.sample[0].Value.Uint64())
}

func (h *heap) wantFlat(t *testing.T) {
	t.Helper()
	const limit = 8 << 20
	if grown := h.peak - h.before; grown >= limit {
		t.Errorf("the heap grew by %d MiB; want less than 8", grown>>20)
	}
}

// endless is a reader without end, that has the heap watched each 4 MiB.
type endless struct {
	*heap
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read >= 4<<20 {
		e.look()
		e.read = 0
	}
	return len(p), nil
}

// depot is a bezala back end with two more routes: /in takes bodies, and answers the first of them as it is told;
// /out serves one.
type depot struct {
	*sandbox.Server
	first  int // status; 0: 200
	buffer []byte

	mu      sync.Mutex
	uploads []upload
	bad     atomic.Int64 // requests without our token
}

type upload struct{ announced, received int64 }

func (d *depot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/in":
		received, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, d.buffer)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		d.mu.Lock()
		d.uploads = append(d.uploads, upload{r.ContentLength, received})
		refuse := len(d.uploads) == 1 && d.first != 0
		d.mu.Unlock()
		w.Header().Set("Retry-After-Ms", "1")
		if refuse {
			w.WriteHeader(d.first)
		}
	case "/out":
		w.Header().Set("Content-Length", strconv.Itoa(bodySize))
		buffer := make([]byte, 64<<10)
		for range bodySize / len(buffer) {
			if _, err := w.Write(buffer); err != nil {
				panic(http.ErrAbortHandler)
			}
		}
	default:
		d.Server.ServeHTTP(w, r)
		return
	}
	if r.Header.Get("Authorization") == "" {
		d.bad.Add(1)
	}
}

// newDepot returns a depot on a socket, and a Client that has a token for it.
func newDepot(t *testing.T) (*depot, *client.Client) {
	t.Helper()
	d := &depot{Server: sandbox.NewBezala(sandbox.Config{InProcess: true}), buffer: make([]byte, 256<<10)}
	t.Cleanup(d.Close)
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	d.URL = server.URL
	c := bezalaService.client(t, d.Server, client.WithTransport(transport))
	mustToken(t, c)
	return d, c
}

func TestT5UploadsStream(t *testing.T) {
	for _, tt := range []struct {
		name    string
		rewinds bool
		length  int64 // as announced
		first   int   // status of the first answer
		sent    int   // times
		status  int
	}{
		{name: "plain reader", length: bodySize, sent: 1, status: 200},
		{name: "plain reader of unknown length", length: -1, sent: 1, status: 200},
		{name: "plain reader, 429", length: bodySize, first: 429, sent: 1, status: 429},
		{name: "plain reader, 401", length: bodySize, first: 401, sent: 1, status: 401},
		{name: "GetBody", rewinds: true, length: bodySize, sent: 1, status: 200},
		{name: "GetBody, 429 first", rewinds: true, length: bodySize, first: 429, sent: 2, status: 200},
		{name: "GetBody, 401 first", rewinds: true, length: bodySize, first: 401, sent: 2, status: 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, c := newDepot(t)
			d.first = tt.first
			heap := newHeap()
			body := func() (io.ReadCloser, error) {
				return io.NopCloser(io.LimitReader(&endless{heap: heap}, bodySize)), nil
			}
			once, err := body()
			if err != nil {
				t.Fatal(err)
			}
			req := newRequest(t, http.MethodPost, c.BaseURL()+"/in", once)
			req.ContentLength = tt.length
			if tt.rewinds {
				req.GetBody = body
			}
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			heap.wantFlat(t)
			if resp.StatusCode != tt.status {
				t.Errorf("HTTP %d; want %d", resp.StatusCode, tt.status)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if len(d.uploads) != tt.sent {
				t.Errorf("sent %d times; want %d", len(d.uploads), tt.sent)
			}
			for _, got := range d.uploads {
				if got != (upload{tt.length, bodySize}) {
					t.Errorf("%d bytes came with Content-Length %d; want %d with %d", got.received, got.announced, bodySize, tt.length)
				}
			}
			if d.bad.Load() != 0 {
				t.Errorf("%d uploads without a token", d.bad.Load())
			}
		})
	}
}

func TestT5DownloadsStream(t *testing.T) {
	d, c := newDepot(t)
	heap := newHeap()
	req := newRequest(t, http.MethodGet, c.BaseURL()+"/out", nil)
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ContentLength != bodySize {
		t.Errorf("Content-Length %d; want %d", resp.ContentLength, bodySize)
	}
	var received int64
	buffer := make([]byte, 256<<10)
	for {
		n, err := resp.Body.Read(buffer)
		if received += int64(n); received%(4<<20) < int64(n) {
			heap.look()
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	heap.wantFlat(t)
	if received != bodySize || d.bad.Load() != 0 {
		t.Errorf("%d bytes, %d without a token", received, d.bad.Load())
	}
}

// A Login that reads its answer without Attempt is bounded, too.
func TestT5LoginResponseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var served int64
		c := newClient(t, badAtFirst(func(ctx context.Context, hc *http.Client, _ string) (client.Token, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://own.example/login", nil)
			if err != nil {
				return client.Token{}, err
			}
			resp, err := hc.Do(req)
			if err != nil {
				return client.Token{}, err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err == nil {
				t.Errorf("read %d bytes without an error", len(body))
			}
			return client.Token{}, err
		}), client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			endless := readerFunc(func(p []byte) (int, error) {
				served += int64(len(p))
				if served > 64<<20 {
					return 0, errors.New("read without end")
				}
				return len(p), nil
			})
			resp, err := response{status: http.StatusOK}.to(req)
			if err == nil {
				resp.Body = io.NopCloser(endless)
			}
			return resp, err
		})))
		_, err := c.Token(t.Context())
		if err == nil {
			t.Fatal("no error")
		}
		if served > 4<<20 {
			t.Errorf("%d bytes were read; want little more than 1 MiB", served)
		}
		time.Sleep(time.Second) // the pause after a failed login
		mustToken(t, c)
	})
}
