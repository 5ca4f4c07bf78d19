package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/openapi"
)

// world is one server, and a client that reaches it and checks every answer against the spec.
type world struct {
	fixture
	*sandbox.Server
	t      *testing.T
	client *http.Client
}

// result is an answer with its whole body.
type result struct {
	status int
	header http.Header
	body   string
}

func newWorld(t *testing.T, f fixture, cfg sandbox.Config) *world {
	t.Helper()
	srv := f.start(cfg)
	t.Cleanup(srv.Close)
	transport := http.RoundTripper(&http.Transport{})
	if cfg.InProcess {
		transport = srv.Transport()
	}
	client := &http.Client{
		Transport:     &checked{next: transport, doc: document(t, f), t: t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	return &world{f, srv, t, client}
}

func (w *world) do(req *http.Request) result {
	w.t.Helper()
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if resp.ContentLength != int64(len(body)) {
		w.t.Errorf("ContentLength %d, body has %d bytes", resp.ContentLength, len(body))
	}
	return result{resp.StatusCode, resp.Header, strings.TrimSuffix(string(body), "\n")}
}

// failure returns why a request gets no answer, or nil if it gets one.
func failure(transport http.RoundTripper, req *http.Request) error {
	resp, err := transport.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func (w *world) request(method, path, contentType, body string) *http.Request {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

func (w *world) loginRequest(a sandbox.Account) *http.Request {
	w.t.Helper()
	contentType, body := w.encode(w.credentials(a))
	return w.request("POST", w.logins[a.Method], contentType, body)
}

func (w *world) login(a sandbox.Account) result {
	w.t.Helper()
	return w.do(w.loginRequest(a))
}

// mustLogin logs the first account in and returns its token.
func (w *world) mustLogin() string {
	w.t.Helper()
	got := w.login(w.Accounts()[0])
	if got.status != 200 {
		w.t.Fatalf("login: %d %s", got.status, got.body)
	}
	return w.token(w.t, got.body)
}

func (w *world) resourceWith(token string) result {
	w.t.Helper()
	req := w.request("GET", w.resource, "", "")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.do(req)
}

func (w *world) wantCounts(want sandbox.Counts) {
	w.t.Helper()
	if got := w.Counts(); got != want {
		w.t.Errorf("counts\n got %+v\nwant %+v", got, want)
	}
}

// everywhere runs a test for each service, over a socket and in process on a fake clock.
func everywhere(t *testing.T, cfg sandbox.Config, test func(*testing.T, *world)) {
	for _, f := range fixtures {
		t.Run(f.name+"/socket", func(t *testing.T) { test(t, newWorld(t, f, cfg)) })
	}
	onFakeClock(t, cfg, test)
}

// onFakeClock runs a test for each service, in process alone.
func onFakeClock(t *testing.T, cfg sandbox.Config, test func(*testing.T, *world)) {
	cfg.InProcess = true
	for _, f := range fixtures {
		t.Run(f.name+"/in process", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, f, cfg)) })
		})
	}
}

func service(t *testing.T, name string) fixture {
	t.Helper()
	i := slices.IndexFunc(fixtures, func(f fixture) bool { return f.name == name })
	if i < 0 {
		t.Fatal("no service", name)
	}
	return fixtures[i]
}

var documents sync.Map // fixture name to *openapi3.T

func document(t *testing.T, f fixture) *openapi3.T {
	t.Helper()
	if doc, ok := documents.Load(f.name); ok {
		return doc.(*openapi3.T)
	}
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Spec(f.name))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	documents.Store(f.name, doc)
	return doc
}

// checked checks every JSON answer with a documented status against the spec.
type checked struct {
	next http.RoundTripper
	doc  *openapi3.T
	t    *testing.T
}

func (c *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil || resp.Header.Get("Content-Type") != "application/json" {
		return resp, err
	}
	item := c.doc.Paths.Value(req.URL.Path)
	if item == nil || item.Operations()[req.Method] == nil {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	err = openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: req,
			Route: &routers.Route{
				Spec: c.doc, Path: req.URL.Path, PathItem: item, Method: req.Method,
				Operation: item.Operations()[req.Method],
			},
		},
		Status: resp.StatusCode,
		Header: resp.Header,
		Body:   io.NopCloser(bytes.NewReader(body)),
	})
	if err != nil {
		c.t.Errorf("%s %s answered %d, which breaks the spec: %v", req.Method, req.URL.Path, resp.StatusCode, err)
	}
	return resp, nil
}

func (c *checked) CloseIdleConnections() {
	if closer, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// keysOf returns the keys of a JSON object in their order. A nested key has its parents' names in front.
func keysOf(t *testing.T, object string) (keys []string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(object))
	var path []string
	key := false
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return keys
		}
		if err != nil {
			t.Fatalf("%q: %v", object, err)
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' {
				key = true
				continue
			}
			if len(path) > 0 {
				path = path[:len(path)-1]
			}
			key = true
		case string:
			if key {
				path = append(path, token)
				keys = append(keys, strings.Join(path, "."))
				key = false
				continue
			}
			path, key = path[:len(path)-1], true
		default:
			path, key = path[:len(path)-1], true
		}
	}
}

func onFakeClockOnly(t *testing.T, f fixture, cfg sandbox.Config, test func(*testing.T, *world)) {
	t.Helper()
	cfg.InProcess = true
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, f, cfg)) })
}
