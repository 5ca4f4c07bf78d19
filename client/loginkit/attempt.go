// Package loginkit helps to write a [client.Login]. A [Field] checks what a login sends, and an [Attempt] reads the
// answer. All adapters use it, and a Login of your own can use it too. A program that only uses Logins does not need
// it.
package loginkit

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/reply"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// maxResponse is the longest response that is read, in bytes. The bound of package client is one byte more, so that
// Read notices a longer response.
const maxResponse = reply.MaxBody

// opaque makes a struct print as [redacted].
type opaque = scrub.Opaque

// Attempt is one try to log in. It turns a response into an [Answer], and an Answer into the errors that [client.New]
// understands: [*client.LoginError] with its kinds, and [*client.RateLimitError]. It prints as [redacted].
type Attempt struct {
	opaque

	Service string // Service of the client.Account
	Method  string // Method of the client.Account
	Secret  string // the secret that is sent, or several by JoinSecrets; no error repeats them
	// Further secrets that only this attempt sends, such as a one-time code; no error repeats them either.
	MoreSecrets []string

	// The wait after a 429 that names none, by what the service's document says of its limits. 0: it says nothing.
	Quota time.Duration
}

// AcceptJSON asks for a JSON answer. It is a request editor for the generated clients. Every service wants it:
// otherwise a Laravel back end may answer a refusal with a redirect to a page. The error is always nil.
func AcceptJSON(_ context.Context, req *http.Request) error {
	req.Header.Set("Accept", "application/json")
	return nil
}

// Read takes the two results of an [http.Client], reads the whole response and closes it. The error is a
// [*client.LoginError] without a URL. It wraps [client.ErrUnavailable], or [client.ErrUnexpectedResponse] if a response
// that is no 5xx has more than 1 MiB.
func (a Attempt) Read(resp *http.Response, err error) (*Answer, error) {
	if err != nil {
		return nil, a.networkError(err, 0)
	}
	defer resp.Body.Close()
	received := time.Now()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return nil, a.networkError(err, resp.StatusCode)
	}
	if len(body) > maxResponse {
		tooLarge := &client.LoginError{
			Service: a.Service, Method: a.Method, Status: resp.StatusCode,
			Kind: client.ErrUnexpectedResponse, Err: scrub.OwnError{Before: "the response is larger than 1 MiB"},
		}
		if resp.StatusCode >= 500 {
			tooLarge.Kind = client.ErrUnavailable
		}
		return nil, tooLarge
	}
	return &Answer{
		Status: resp.StatusCode, Header: resp.Header, Body: body, attempt: a, received: received, read: reply.Read(body),
	}, nil
}

// networkError wraps a network error without its URL, and without what it quotes of an answer. status is 0 if no response
// came.
func (a Attempt) networkError(err error, status int) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	err = scrub.Quoteless(err)
	return &client.LoginError{Service: a.Service, Method: a.Method, Status: status, Kind: client.ErrUnavailable, Err: err}
}
