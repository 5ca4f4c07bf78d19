package wire_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

func TestT1NothingGoesToAnotherMachineInTheClear(t *testing.T) {
	refuse := func(host string) error { return errors.New("refused " + host) }
	for name, tt := range map[string]struct {
		url    string
		refuse func(string) error
		want   string // text of the error
	}{
		"by TLS":                         {"https://own.example/a", refuse, ""},
		"in the clear":                   {"http://own.example:8080/a", refuse, "refused own.example:8080"},
		"to this machine":                {"http://localhost:8080/a", refuse, ""},
		"to this machine's address":      {"http://127.0.0.1/a", refuse, ""},
		"in the clear, as the user asks": {"http://own.example/a", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent := 0
			guard := wire.Guard{Refuse: tt.refuse, Base: base(func(req *http.Request) (*http.Response, error) {
				sent++
				return answer{status: http.StatusOK}.to(req), nil
			})}
			body := closing{strings.NewReader("secret"), make(chan struct{})}
			req := newRequest(t, http.MethodPost, tt.url, "")
			req.Body = body
			resp, err := guard.RoundTrip(req)
			if tt.want == "" {
				if err != nil || sent != 1 || resp.StatusCode != http.StatusOK {
					t.Errorf("%v, sent %d times; want an answer", err, sent)
				}
				return
			}
			if err == nil || err.Error() != tt.want || sent != 0 || !body.isClosed() {
				t.Errorf("%v, sent %d times, its body closed: %t; want %s", err, sent, body.isClosed(), tt.want)
			}
		})
	}
}

func TestGuardReturnsTheErrorOfTheBase(t *testing.T) {
	failure := errors.New("no network here")
	for want, answer := range map[error]func() (*http.Response, error){
		failure: func() (*http.Response, error) { return nil, failure },
		nil:     func() (*http.Response, error) { return nil, nil },
	} {
		resp, err := wire.Guard{Base: base(func(*http.Request) (*http.Response, error) { return answer() })}.
			RoundTrip(newRequest(t, http.MethodGet, "https://own.example", ""))
		if resp != nil || err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%v, %v; want an error", resp, err)
		}
	}
}

// A user's own RoundTripper may leave out what net/http's never does.
func TestGuardCompletesAResponse(t *testing.T) {
	req := newRequest(t, http.MethodGet, "https://own.example", "")
	resp := guarded(t, req, &http.Response{StatusCode: http.StatusOK})
	if resp.Request != req || read(t, resp) != "" {
		t.Errorf("its request is %v", resp.Request)
	}
	other := newRequest(t, http.MethodGet, "https://other.example", "")
	resp = guarded(t, req, answer{status: http.StatusOK, body: "x"}.to(other))
	if resp.Request != other || read(t, resp) != "x" {
		t.Errorf("its request is %v", resp.Request)
	}
}

// An error of an http.Client would repeat such a Location as a whole.
func TestT6LocationThatIsNoURLIsTakenAway(t *testing.T) {
	for location, want := range map[string]string{
		"/a": "/a", "https://own.example": "https://own.example", "/%zz?token=t": "", "https://own.example:port": "", "": "",
	} {
		theirs := header("Location", location)
		resp := guarded(t, newRequest(t, http.MethodGet, "https://own.example", ""), &http.Response{StatusCode: http.StatusFound, Header: theirs})
		if got := resp.Header.Get("Location"); got != want || theirs.Get("Location") != location {
			t.Errorf("%q became %q, and in the base's own header %q; want %q", location, got, theirs.Get("Location"), want)
		}
	}
}

// net/http makes the body of a 101 of the bare connection, and no context would end the reading.
func TestBodyOfAnUpgradeIsForWhomAskedForIt(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		asked  http.Header
		want   string
	}{
		"nobody asked":         {http.StatusSwitchingProtocols, nil, ""},
		"asked":                {http.StatusSwitchingProtocols, header("Upgrade", "own"), "x"},
		"asked, in small type": {http.StatusSwitchingProtocols, header("upgrade", "own"), "x"},
		"another answer":       {http.StatusOK, nil, "x"},
	} {
		req := newRequest(t, http.MethodGet, "https://own.example", "")
		req.Header = tt.asked
		body := closing{strings.NewReader("x"), make(chan struct{})}
		resp := guarded(t, req, &http.Response{StatusCode: tt.status, Body: body})
		got, err := io.ReadAll(resp.Body)
		if string(got) != tt.want || err != nil || body.isClosed() != (tt.want == "") {
			t.Errorf("%s: %q, %v, the connection closed: %t; want %q", name, got, err, body.isClosed(), tt.want)
		}
	}
}

// guarded returns what a Guard makes of a response.
func guarded(t *testing.T, req *http.Request, resp *http.Response) *http.Response {
	t.Helper()
	got, err := wire.Guard{Base: base(func(*http.Request) (*http.Response, error) { return resp, nil })}.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
