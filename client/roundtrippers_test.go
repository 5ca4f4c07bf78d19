package client_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// roundTripper is an http.RoundTripper made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// recorder is an http.RoundTripper that notes what is sent through another one.
type recorder struct {
	http.RoundTripper
	path  string // the requests to it are noted; "": all are
	began time.Time

	mu   sync.Mutex
	sent []sent
}

// sent is a request that a recorder has noted. Its time is on the clock of the test, since the recorder was made.
type sent struct {
	at     time.Duration
	url    string
	header http.Header
	body   string
	length int64
}

func record(rt http.RoundTripper) *recorder { return &recorder{RoundTripper: rt, began: time.Now()} }

// recordLogins notes the requests to a sandbox's login route.
func recordLogins(s service, srv *sandbox.Server) *recorder {
	r := record(srv.Transport())
	r.path = s.loginPath
	return r
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.path != "" && req.URL.Path != r.path {
		return r.RoundTripper.RoundTrip(req)
	}
	noted, passed := sent{url: req.URL.String(), header: req.Header.Clone(), length: req.ContentLength}, *req
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		noted.body, passed.Body = string(body), io.NopCloser(bytes.NewReader(body))
	}
	r.mu.Lock()
	noted.at = time.Since(r.began)
	r.sent = append(r.sent, noted)
	r.mu.Unlock()
	resp, err := r.RoundTripper.RoundTrip(&passed)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (r *recorder) requests() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

func (r *recorder) times() []time.Duration {
	var at []time.Duration
	for _, s := range r.requests() {
		at = append(at, s.at)
	}
	return at
}

// authorization returns the header of the last request.
func (r *recorder) authorization() []string {
	requests := r.requests()
	return requests[len(requests)-1].header["Authorization"]
}

// response is an answer that a test has prepared.
type response struct {
	status int
	header http.Header
	body   string
}

var (
	fine      = response{status: http.StatusOK, body: "fine"}
	forbidden = response{status: http.StatusUnauthorized, body: "not for you"}
)

// tooMany is a 429 with a Retry-After, unless that is "".
func tooMany(retryAfter string) response {
	r := response{status: http.StatusTooManyRequests, body: "slow down"}
	if retryAfter != "" {
		r.header = http.Header{"Retry-After": {retryAfter}}
	}
	return r
}

// to answers a request, when its body has been read.
func (r response) to(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, err := io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	header := r.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: r.status, Header: header, ContentLength: int64(len(r.body)),
		Body: io.NopCloser(strings.NewReader(r.body)), Request: req,
	}, nil
}

// answers gives the n-th request the n-th response, and the last one from then on.
func answers(all ...response) roundTripper {
	var requests atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		return all[min(int(requests.Add(1)), len(all))-1].to(req)
	}
}

// everywhere answers at every host: a bezala sandbox at its own, 200 elsewhere.
func everywhere(srv *sandbox.Server) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.String(), srv.URL+"/api") {
			return srv.Transport().RoundTrip(req)
		}
		return fine.to(req)
	}
}

// forbidding answers 401 below a path, whatever the token.
func forbidding(rt http.RoundTripper, path string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasPrefix(req.URL.Path, path) {
			return forbidden.to(req)
		}
		return rt.RoundTrip(req)
	})
}

// slow delays the requests to a path.
func slow(rt http.RoundTripper, path string, d time.Duration) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == path {
			select {
			case <-time.After(d):
			case <-req.Context().Done():
				if req.Body != nil {
					_ = req.Body.Close()
				}
				return nil, req.Context().Err()
			}
		}
		return rt.RoundTrip(req)
	})
}

// careless is a RoundTripper that leaves out what net/http tolerates: the body of an empty answer, and the request that
// it belongs to.
func careless(rt http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		resp.Request = nil
		if resp.ContentLength == 0 {
			resp.Body = nil
		}
		return resp, nil
	})
}

// rawServer gives each connection's first request the same answer, and keeps its lines.
type rawServer struct {
	url   string
	heads chan map[string][]string
}

// newRawServer starts a rawServer. What follows an answer's end is sent too.
func newRawServer(t *testing.T, answer string) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &rawServer{"http://" + listener.Addr().String(), make(chan map[string][]string, 1)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, answer)
		}
	}()
	return s
}

func (s *rawServer) serve(conn net.Conn, answer string) {
	defer conn.Close()
	head, lines := map[string][]string{}, bufio.NewScanner(conn)
	for lines.Scan() && lines.Text() != "" {
		name, value, header := strings.Cut(lines.Text(), ": ")
		if !header {
			name, value = "", lines.Text() // the request line
		}
		head[strings.ToLower(name)] = append(head[strings.ToLower(name)], value)
	}
	if len(head) > 0 {
		s.heads <- head
		_, _ = io.WriteString(conn, answer)
	}
}

// head returns the last request's headers by their names in lower case, and its first line by "".
func (s *rawServer) head() map[string][]string { return <-s.heads }
