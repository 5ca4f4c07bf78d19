package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// once answers the first request to a path with the given status and body, the next ones with 200, and hands all others
// on.
func once(rt http.RoundTripper, path string, status int, body io.ReadCloser) http.RoundTripper {
	answered := false
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path != path {
			return rt.RoundTrip(req)
		}
		if req.Body != nil {
			_ = req.Body.Close()
		}
		if answered {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		}
		answered = true
		return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"1"}}, Body: body, Request: req}, nil
	})
}

// An answer that nobody wants is not waited for, should its body not come.
func TestStalledAnswerBeforeARepeat(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			stalled, _ := io.Pipe()
			c := bezalaService.client(t, srv, client.WithTransport(once(srv.Transport(), "/x", status, stalled)))
			mustToken(t, c)
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			began := time.Now()
			resp, err := fetch(ctx, c.HTTPClient(), c.BaseURL()+"/x")
			if err != nil || resp.StatusCode != http.StatusOK || time.Since(began) > 2*time.Second {
				t.Errorf("%d: %v, %v after %s; want 200 within 2 s", status, resp, err, time.Since(began))
			}
		})
	}
}

// A body that cannot be had again, other than GetBody promises: after a 401 that is the answer, after a 429 GetBody's
// error. Nothing is logged, and no body stays open.
func TestGetBodyThatFails(t *testing.T) {
	gone := errors.New("the file is gone")
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(io.Discard)
	for _, status := range []int{http.StatusUnauthorized, http.StatusTooManyRequests} {
		synctest.Test(t, func(t *testing.T) {
			srv := bezalaService.start(t, sandbox.Config{})
			body := &closed{Reader: strings.NewReader("no")}
			c := bezalaService.client(t, srv, client.WithTransport(once(srv.Transport(), "/x", status, body)))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.BaseURL()+"/x", strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
			resp, err := c.HTTPClient().Do(req)
			if status == http.StatusUnauthorized {
				if err != nil || resp.StatusCode != status {
					t.Fatalf("%v, %v; want the 401", resp, err)
				}
				if text, err := io.ReadAll(resp.Body); string(text) != "no" || err != nil {
					t.Errorf("its body: %q, %v", text, err)
				}
			} else if !errors.Is(err, gone) {
				t.Errorf("%v; want %v", err, gone)
			}
			if !body.is {
				t.Errorf("%d: its body is open", status)
			}
		})
	}
	if logged.Len() > 0 {
		t.Errorf("logged: %s", &logged)
	}
}
