package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxLoginResponse bounds what is read of a login's response, in bytes.
const maxLoginResponse = 1 << 20

// Attempt is one try to log in. It turns what the HTTP client gave into an Answer, and an Answer into the errors
// that New understands: *LoginError with its kinds, and *RateLimitError. It prints as [redacted].
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
// *LoginError that wraps ErrUnavailable, or ErrUnexpectedResponse for a response over 1 MiB that is no 5xx, and
// holds no URL.
func (a Attempt) Read(resp *http.Response, err error) (*Answer, error) {
	if err != nil {
		return nil, a.networkError(err, 0)
	}
	defer resp.Body.Close()
	received := time.Now()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxLoginResponse+1))
	switch {
	case err != nil:
		return nil, a.networkError(err, resp.StatusCode)
	case len(body) > maxLoginResponse:
		tooLarge := &LoginError{
			Service: a.Service, Method: a.Method, Status: resp.StatusCode,
			Kind: ErrUnexpectedResponse, Err: errors.New("the response is larger than 1 MiB"),
		}
		if resp.StatusCode >= 500 {
			tooLarge.Kind = ErrUnavailable
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
	return &LoginError{Service: a.Service, Method: a.Method, Status: status, Kind: ErrUnavailable, Err: err}
}

// Answer is a service's response to a login, read whole. Its Body and Header may hold the token; it prints as
// [redacted].
type Answer struct {
	opaque

	Status int
	Header http.Header
	Body   []byte

	attempt  Attempt
	received time.Time
	fields   any // the body as JSON, nil if it is none
}

// OK reports whether the status is any 2xx: a framework may answer a login with 200 or 201.
func (a *Answer) OK() bool { return 200 <= a.Status && a.Status < 300 }

// Decode reads the body as JSON into v, whatever the Content-Type says. The error wraps ErrUnexpectedResponse.
func (a *Answer) Decode(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		// The error's own text may repeat the body.
		return a.unreadable("it is not the documented JSON")
	}
	return nil
}

// Token makes the Token, on the service's own clock. The error wraps ErrUnexpectedResponse.
func (a *Answer) Token(g Grant) (Token, error) {
	token, err := newToken(g, a.received, a.Header)
	if err != nil {
		return Token{}, a.unreadable(err.Error())
	}
	return token, nil
}

func (a *Answer) unreadable(why string) error {
	return &LoginError{
		Service: a.attempt.Service, Method: a.attempt.Method, Status: a.Status,
		Kind: ErrUnexpectedResponse, Err: fmt.Errorf("no token in the answer: %s", why),
	}
}

// Object returns the JSON object that the body is, or nil if it is none.
func (a *Answer) Object() map[string]any {
	object, _ := a.fields.(map[string]any)
	return object
}

// HTML reports whether the body is a page: no API answers one, but firewalls, proxies and maintenance pages do.
func (a *Answer) HTML() bool {
	return strings.Contains(strings.ToLower(a.Header.Get("Content-Type")), "html") ||
		strings.HasPrefix(strings.TrimSpace(string(a.Body[:min(len(a.Body), 64)])), "<")
}

// Says reports whether the JSON body has the text as a string somewhere, which finds a code whose place is not
// documented.
func (a *Answer) Says(text string) bool { return says(a.fields, text) }

func says(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		for _, element := range v {
			if says(element, text) {
				return true
			}
		}
	case map[string]any:
		for _, field := range v {
			if says(field, text) {
				return true
			}
		}
	}
	return false
}

// Fail makes the error for an answer that the adapter recognised: a *LoginError of the given kind, with the
// service's code and message if the body has them in a usual place.
func (a *Answer) Fail(kind error) *LoginError {
	code, message := describe(a.fields, 0)
	return &LoginError{
		Service: a.attempt.Service,
		Method:  a.attempt.Method,
		Status:  a.Status,
		Code:    scrub(code, a.attempt.Secret),
		Message: scrub(message, a.attempt.Secret),
		Kind:    kind,
	}
}

// Unrecognised makes the error for every other answer: 429 is a *RateLimitError; 5xx, and a page that refuses the
// request, are ErrUnavailable; the rest is ErrUnexpectedResponse, which is what a wrong base URL leads to.
func (a *Answer) Unrecognised() error {
	notFound := a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed
	switch {
	case a.Status == http.StatusTooManyRequests:
		wait, _ := retryAfter(a.Header, time.Now())
		return &RateLimitError{Service: a.attempt.Service, Wait: wait, Err: a.Fail(nil)}
	case a.Status >= 500, a.Status >= 400 && a.HTML() && !notFound:
		return a.Fail(ErrUnavailable)
	default:
		return a.Fail(ErrUnexpectedResponse)
	}
}

// describe finds code and message in the places where back ends put them.
func describe(v any, depth int) (code, message string) {
	if depth > 3 {
		return "", ""
	}
	switch v := v.(type) {
	case string:
		return "", v
	case []any:
		if len(v) > 0 {
			return describe(v[0], depth+1)
		}
	case map[string]any:
		code, _ = v["code"].(string)
		for _, name := range []string{"message", "error_description", "msg", "detail", "error", "errors", "non_field_errors"} {
			nestedCode, nestedMessage := describe(v[name], depth+1)
			if code == "" {
				code = nestedCode
			}
			if message == "" {
				message = nestedMessage
			}
		}
		// RFC 6749, section 5.2: error is the code where error_description is the message.
		if text, ok := v["error"].(string); ok && code == "" && v["error_description"] != nil {
			code = text
		}
	}
	return code, message
}
