package loginkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/retryafter"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// Answer is a service's response to a login. Its Body and Header may hold the token, so it prints as [redacted],
// however it is printed. [Attempt.Read] makes it.
type Answer struct {
	opaque

	Status int         // HTTP status
	Header http.Header // header of the response
	Body   []byte      // whole body, at most 1 MiB

	attempt  Attempt
	received time.Time
	fields   any // the body as JSON, nil if it is none
}

// OK reports whether the status is 2xx: frameworks answer a successful login with 200 or 201.
func (a *Answer) OK() bool { return 200 <= a.Status && a.Status < 300 }

// Decode reads the body as JSON into v. It does not look at the Content-Type. The error wraps
// [client.ErrUnexpectedResponse] and repeats nothing of the body.
func (a *Answer) Decode(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		// The text of err may repeat the body.
		return a.unreadable("it is not the documented JSON")
	}
	return nil
}

// Token returns the token. It sets Received, and ServiceTime from the answer's Date, so that the lifetime is measured
// on the service's clock. The error wraps [client.ErrUnexpectedResponse].
func (a *Answer) Token(r client.TokenResponse) (client.Token, error) {
	r.Received = a.received
	if date, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		r.ServiceTime = date
	}
	token, err := client.NewToken(r)
	if err != nil {
		return client.Token{}, a.unreadable(err.Error())
	}
	return token, nil
}

func (a *Answer) unreadable(why string) error {
	return &client.LoginError{
		Service: a.attempt.Service, Method: a.attempt.Method, Status: a.Status,
		Kind: client.ErrUnexpectedResponse, Err: fmt.Errorf("no token in the answer: %s", why),
	}
}

// Object returns the body's JSON object, or nil if the body is none.
func (a *Answer) Object() map[string]any {
	object, _ := a.fields.(map[string]any)
	return object
}

// IsHTML reports whether the body is a page. APIs answer none, but firewalls and proxies do.
func (a *Answer) IsHTML() bool {
	return strings.Contains(strings.ToLower(a.Header.Get("Content-Type")), "html") ||
		strings.HasPrefix(strings.TrimSpace(string(a.Body[:min(len(a.Body), 64)])), "<")
}

// Contains reports whether any string in the JSON body equals text. It finds a code whose place is not documented.
func (a *Answer) Contains(text string) bool { return contains(a.fields, text) }

func contains(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		for _, element := range v {
			if contains(element, text) {
				return true
			}
		}
	case map[string]any:
		for _, field := range v {
			if contains(field, text) {
				return true
			}
		}
	}
	return false
}

// Failure returns the error for an answer that the adapter recognizes. kind is a kind of [client.LoginError], such as
// [client.ErrInvalidCredentials], or nil. Code and message are the service's, if the body has them in a usual place;
// both are short, printable, and scrubbed of the secret.
func (a *Answer) Failure(kind error) *client.LoginError {
	code, message := describe(a.fields, 0)
	return &client.LoginError{
		Service: a.attempt.Service,
		Method:  a.attempt.Method,
		Status:  a.Status,
		Code:    scrub.Text(code, a.attempt.Secret),
		Message: scrub.Text(message, a.attempt.Secret),
		Kind:    kind,
	}
}

// Unrecognized returns the error for all other answers. A 429 is a [*client.RateLimitError], with the wait that the
// service names. A 423, a locked account, is [client.ErrInvalidCredentials]. A 5xx is [client.ErrUnavailable], and so
// is a page with status 4xx other than 404 and 405. Everything else is [client.ErrUnexpectedResponse], which a wrong
// base URL leads to.
func (a *Answer) Unrecognized() error {
	notFound := a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed
	switch {
	case a.Status == http.StatusTooManyRequests:
		wait, named := retryafter.Parse(a.Header, time.Now())
		return &client.RateLimitError{Service: a.attempt.Service, RetryAfter: wait, Named: named, Err: a.Failure(nil)}
	case a.Status == http.StatusLocked:
		return a.Failure(client.ErrInvalidCredentials)
	case a.Status >= 500, a.Status >= 400 && a.IsHTML() && !notFound:
		return a.Failure(client.ErrUnavailable)
	default:
		return a.Failure(client.ErrUnexpectedResponse)
	}
}

// describe returns code and message from the places where back ends put them.
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
		// RFC 6749, section 5.2: error is the code if error_description is the message.
		if text, ok := v["error"].(string); ok && code == "" && v["error_description"] != nil {
			code = text
		}
	}
	return code, message
}
