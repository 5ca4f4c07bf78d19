package loginkit

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/reply"
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
	read     reply.Body
}

// OK reports whether the status is 2xx: frameworks answer a successful login with 200 or 201.
func (a *Answer) OK() bool { return 200 <= a.Status && a.Status < 300 }

// Decode reads the body as JSON into v. It does not look at the Content-Type. A field of an object that is of another
// type than v's stays empty, so that no token is lost over it. A body of more than 10,000 values is not read. The error
// wraps [client.ErrUnexpectedResponse] and repeats nothing of the body but the service's code and message.
func (a *Answer) Decode(v any) error {
	if a.read.Excess {
		return a.noToken("")
	}
	body, _ := reply.Lenient(a.Body)
	if json.Unmarshal(body, v) == nil {
		return nil
	}
	if members(body) == nil {
		// The text of the error may repeat the body.
		return a.noToken("it is not the documented JSON")
	}
	decodeEach(body, v, nil)
	return nil
}

// Token returns the token. It sets Received, and ServiceTime from the answer's Date, so that the lifetime is measured
// on the service's clock. The error wraps [client.ErrUnexpectedResponse]. If there is no token, it names the fields
// that the answer has.
func (a *Answer) Token(r client.TokenResponse) (client.Token, error) {
	if r.Value == "" {
		return client.Token{}, a.noToken("")
	}
	r.Received = a.received
	if date, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		r.ServiceTime = date
	}
	token, err := client.NewToken(r)
	if err != nil {
		return client.Token{}, a.noToken(err.Error())
	}
	return token, nil
}

// Failure returns the error for an answer that the adapter recognizes. kind is a kind of [client.LoginError], such as
// [client.ErrInvalidCredentials], or nil. Code, field and message are the service's, in the usual shapes of frameworks:
// short and printable. A body of plain text is a message, too. If the answer has any trace of the secret, the message
// is [redacted], and code and field are empty.
func (a *Answer) Failure(kind error) *client.LoginError {
	return a.failure(a.words(), kind)
}

func (a *Answer) failure(w words, kind error) *client.LoginError {
	code, field, message := w.Repeatable(a.attempt.traces, nil).Line()
	return &client.LoginError{
		Service: a.attempt.Service,
		Method:  a.attempt.Method,
		Status:  a.Status,
		Code:    code,
		Field:   field,
		Message: message,
		Kind:    kind,
	}
}
