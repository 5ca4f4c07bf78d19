package wire_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// panicking is an error of a user's own RoundTripper.
type panicking struct{}

func (panicking) Error() string { panic("no text") }

func TestT6ErrorsDoNotRepeatTheToken(t *testing.T) {
	for name, tt := range map[string]struct {
		token string
		err   error
		want  string // in the text
		not   string // in the text
	}{
		"it repeats the token":         {"0123456789", errors.New(`malformed HTTP status code "0123456789"`), "own: the answer cannot be read", "0123456789"},
		"in another way":               {"0123456789", errors.New(`malformed "MDEyMzQ1Njc4OQ=="`), "withheld", "MDEyMzQ1Njc4OQ"},
		"of eight characters":          {"01234567", errors.New("malformed 01234567"), "withheld", "01234567"},
		"of seven, as in many texts":   {"0123456", errors.New("malformed 0123456"), "malformed 0123456", "withheld"},
		"it does not":                  {"0123456789", errors.New("malformed\nHTTP status code"), "malformed HTTP status code", "withheld"},
		"it is the network's":          {"connection", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "connection refused", "withheld"},
		"it ends the body, as it must": {"0123456789", io.ErrUnexpectedEOF, "unexpected EOF", "withheld"},
	} {
		got := wire.Echo{Service: "own", Token: tt.token}.Error(tt.err).Error()
		if !strings.Contains(got, tt.want) || strings.Contains(got, tt.not) || strings.Contains(got, "\n") {
			t.Errorf("%s: %s; want %s", name, got, tt.want)
		}
	}
	if got := (wire.Echo{Service: "own", Token: "0123456789"}).Error(panicking{}); !errors.Is(got, panicking{}) {
		t.Errorf("an error without a text became %v", got)
	}
}

// A redirect that repeats the token comes back without its Location, so that no http.Client puts it into a URL.
func TestT6WhichResponsesAreQuiet(t *testing.T) {
	const token = "0123456789"
	for name, tt := range map[string]struct {
		status   int
		location string
		kept     bool // the Location
		traces   bool // an error made of it would know the token
	}{
		"created":                     {201, "/a?token=" + token, true, false},
		"the last that is no failure": {299, "/a?token=" + token, true, false},
		"a choice":                    {300, "/a?token=" + token, false, true},
		"a redirect":                  {302, "/a?token=" + token, false, true},
		"a redirect elsewhere":        {302, "/a", true, true},
		"the last redirect":           {399, "/a?token=" + token, false, true},
		"a failure":                   {400, "/a?token=" + token, true, true},
	} {
		resp := answer{status: tt.status, header: header("Location", tt.location)}.to(newRequest(t, http.MethodGet, "https://own.example", ""))
		theirs := resp.Header
		wire.Echo{Service: "own", Token: token}.Quiet(resp)
		if kept := resp.Header.Get("Location") != ""; kept != tt.kept || theirs.Get("Location") != tt.location {
			t.Errorf("%s: its Location is kept: %t, and in the header that came: %q; want %t", name, kept, theirs.Get("Location"), tt.kept)
		}
		traces := scrub.Traces(resp.Request.Context())
		if (traces != nil) != tt.traces || traces != nil && (!traces("a "+token) || traces("another")) {
			t.Errorf("%s: its request knows the token: %t; want %t", name, traces != nil, tt.traces)
		}
	}
}

// broken is a body whose reading fails after some text.
type broken struct {
	io.Reader
	err error
}

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		err = b.err
	}
	return n, err
}

func (broken) Close() error { return nil }

// The errors of trailers and of HTTP/2 have bytes of the service.
func TestT6ReadingABodyDoesNotRepeatTheToken(t *testing.T) {
	const token = "0123456789"
	echo := errors.New("malformed trailer: " + token)
	for name, tt := range map[string]struct {
		status, major int
		coding        []string
		err           error
		want          string
	}{
		"chunks":                    {200, 1, []string{"chunked"}, echo, "withheld"},
		"HTTP/2":                    {200, 2, nil, echo, "withheld"},
		"chunks that end":           {200, 1, []string{"chunked"}, io.EOF, ""},
		"chunks that end too early": {200, 1, []string{"chunked"}, io.ErrUnexpectedEOF, "unexpected EOF"},
		"a length":                  {200, 1, nil, echo, token},
		"an upgrade":                {101, 2, []string{"chunked"}, echo, token},
	} {
		resp := answer{status: tt.status}.to(newRequest(t, http.MethodGet, "https://own.example", ""))
		resp.ProtoMajor, resp.TransferEncoding = tt.major, tt.coding
		resp.Body = broken{strings.NewReader("body"), tt.err}
		wire.Echo{Service: "own", Token: token}.Quiet(resp)
		got, err := io.ReadAll(resp.Body)
		if string(got) != "body" || (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
}

// An http.Client looks for these two: a body that is none, and one that can be written to.
func TestQuietKeepsBodiesOfAKind(t *testing.T) {
	req := newRequest(t, http.MethodGet, "https://own.example", "")
	none := &http.Response{StatusCode: http.StatusOK, ProtoMajor: 2, Body: http.NoBody, Request: req}
	wire.Echo{Service: "own", Token: "0123456789"}.Quiet(none)
	if none.Body != http.NoBody {
		t.Error("no body became one")
	}
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	upgrade := &http.Response{StatusCode: http.StatusSwitchingProtocols, ProtoMajor: 2, Body: ours, Request: req}
	wire.Echo{Service: "own", Token: "0123456789"}.Quiet(upgrade)
	if _, ok := upgrade.Body.(io.Writer); !ok {
		t.Error("the connection of an Upgrade can be written to no more")
	}
}
