package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// Echo keeps the token of a request out of what net/http makes of an answer that repeats it: an error, which ends in
// logs, and the URL of the next request. A token of less than 8 characters is in many texts by chance, and stays.
type Echo struct{ Service, Token string }

const shortest = 8

// in reports whether there is any trace of the token in a text.
func (e Echo) in(text string) bool { return len(e.Token) >= shortest && scrub.Holds(text, e.Token) }

// Error returns an error that does not repeat the token: one of ours in place of an error that does, and otherwise that of
// scrub.OneLine.
func (e Echo) Error(err error) (quiet error) {
	defer func() {
		if recover() != nil { // it may be of a user's own RoundTripper
			quiet = err
		}
	}()
	if scrub.OfNetwork(err) || !e.in(err.Error()) {
		return scrub.OneLine(err)
	}
	return fmt.Errorf("%s: the answer cannot be read, and the error is withheld, since it repeats the token", e.Service)
}

// Quiet takes a Location away that repeats the token, so that no [http.Client] follows it. Errors of reading the body
// are those of Error. The request of a response that may become an error knows what that error must not repeat.
func (e Echo) Quiet(resp *http.Response) {
	if resp.StatusCode >= 300 {
		resp.Request = resp.Request.WithContext(scrub.WithTraces(resp.Request.Context(), e.in))
	}
	if redirects := 300 <= resp.StatusCode && resp.StatusCode < 400; redirects && e.in(resp.Header.Get("Location")) {
		withoutLocation(resp)
	}
	// Bytes of the service are in the errors of trailers, which follow chunks, and of HTTP/2's GOAWAY. The body of an
	// answer to an Upgrade can be written to, too.
	if (len(resp.TransferEncoding) > 0 || resp.ProtoMajor > 1) && resp.Body != http.NoBody && resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = quietBody{resp.Body, e.Error}
	}
}

// withoutLocation takes the Location away from a response, whose header may be another's, too.
func withoutLocation(resp *http.Response) {
	resp.Header = resp.Header.Clone()
	resp.Header.Del("Location")
}

// quietBody is a body whose errors do not repeat a token. It has the token in a closure, since a response prints its
// body's fields.
type quietBody struct {
	io.ReadCloser
	quiet func(error) error
}

func (b quietBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.quiet(err)
	}
	return n, err
}
