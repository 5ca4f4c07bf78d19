package client_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

func newClient(t *testing.T, login client.Login, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(login, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newHTTPClient is client.NewHTTPClient with options that are right.
func newHTTPClient(t *testing.T, opts ...client.Option) *http.Client {
	t.Helper()
	hc, err := client.NewHTTPClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return hc
}

// mustToken returns a token that the test cannot go on without.
func mustToken(t *testing.T, c *client.Client) client.Token {
	t.Helper()
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// mustExpire returns the expiry of the current token.
func mustExpire(t *testing.T, c *client.Client) time.Time {
	t.Helper()
	expiry, known := mustToken(t, c).Expiry()
	if !known {
		t.Fatal("no expiry")
	}
	return expiry
}

// within calls Token with a deadline and tells how long it took.
func within(t *testing.T, c *client.Client, d time.Duration) (token client.Token, took time.Duration, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	began := time.Now()
	token, err = c.Token(ctx)
	return token, time.Since(began), err
}

// get sends a GET and returns the status.
func get(t *testing.T, c *client.Client, path string) int {
	t.Helper()
	resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+path)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// fetch sends a GET and reads the answer to its end.
func fetch(ctx context.Context, hc *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return sendAndRead(hc, req)
}

// sendAndRead sends a request and reads the answer to its end.
func sendAndRead(hc *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := hc.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

func newRequest(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// readerFunc is an io.Reader made of a function.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// closed is a body that knows whether it is closed.
type closed struct {
	io.Reader
	is bool
}

func (c *closed) Close() error {
	c.is = true
	return nil
}

// atOnce makes n calls of f, each on its own goroutine, and returns when all are back.
func atOnce(n int, f func(i int)) {
	var calls sync.WaitGroup
	for i := range n {
		calls.Go(func() { f(i) })
	}
	calls.Wait()
}

// all asks every client at once, and checks one answer at a time.
func all(t *testing.T, clients []*client.Client, check func(client.Token, error)) {
	t.Helper()
	var mu sync.Mutex
	atOnce(len(clients), func(i int) {
		token, err := clients[i].Token(t.Context())
		mu.Lock()
		defer mu.Unlock()
		check(token, err)
	})
}
