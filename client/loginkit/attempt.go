// Package loginkit has what a client.Login is written with: the fields that it sends, and the answer that it gets. The
// adapters stand on it, and so can a Login of your own; whoever only uses Logins needs none of it.
package loginkit

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// maxResponse bounds what is read of a login's response, in bytes. New's own bound is one more, so that this can tell.
const maxResponse = 1 << 20

// opaque makes a struct print as [redacted].
type opaque = scrub.Opaque

// Attempt is one try to log in. It turns what the HTTP client gave into an Answer, and an Answer into the errors
// that client.New understands: *client.LoginError with its kinds, and *client.RateLimitError. It prints as [redacted].
type Attempt struct {
	opaque

	Service string // as in Account
	Method  string // as in Account
	Secret  string // what was sent: it is taken out of every error
}

// AcceptJSON asks for a JSON answer. Every service wants that; without it a back end of the Laravel family may
// answer a refusal with a redirect to a page. It is a request editor for the generated clients.
func AcceptJSON(_ context.Context, req *http.Request) error {
	req.Header.Set("Accept", "application/json")
	return nil
}

// Read takes the two results of sending the request, reads the response whole and closes it. The error is a
// *client.LoginError that wraps ErrUnavailable, or ErrUnexpectedResponse for a response over 1 MiB that is no 5xx, and
// holds no URL.
func (a Attempt) Read(resp *http.Response, err error) (*Answer, error) {
	if err != nil {
		return nil, a.networkError(err, 0)
	}
	defer resp.Body.Close()
	received := time.Now()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	switch {
	case err != nil:
		return nil, a.networkError(err, resp.StatusCode)
	case len(body) > maxResponse:
		tooLarge := &client.LoginError{
			Service: a.Service, Method: a.Method, Status: resp.StatusCode,
			Kind: client.ErrUnexpectedResponse, Err: errors.New("the response is larger than 1 MiB"),
		}
		if resp.StatusCode >= 500 {
			tooLarge.Kind = client.ErrUnavailable
		}
		return nil, tooLarge
	}
	answer := &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, attempt: a, received: received}
	// Without a JSON body there are just no fields to look for.
	_ = json.Unmarshal(body, &answer.fields)
	return answer, nil
}

// networkError wraps what kept an answer from coming, or from coming whole, without the URL around it.
func (a Attempt) networkError(err error, status int) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return &client.LoginError{Service: a.Service, Method: a.Method, Status: status, Kind: client.ErrUnavailable, Err: err}
}
