package logintest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/latchkey-go/latchkey/client"
)

var kinds = []error{
	client.ErrInvalidCredentials, client.ErrInvalidInput, client.ErrUnavailable, client.ErrUnexpectedResponse,
}

// Failure is what a [client.LoginError] must say.
type Failure struct {
	Kind          error // kind; nil: none, as in a *client.RateLimitError
	Code, Message string
	Field         string
}

// check compares the error of a login that had the given fields and was answered with the status.
func (l login) check(t *testing.T, err error, fields map[string]string, status int, want Failure) {
	t.Helper()
	if err == nil {
		t.Fatal("there is no error")
	}
	l.checkText(t, err, fields)
	got, ok := errors.AsType[*client.LoginError](err)
	if !ok {
		t.Fatalf("%T is no *client.LoginError: %v", err, err)
	}
	expected := client.LoginError{
		Service: l.Name, Method: l.Method,
		Status: status, Code: want.Code, Field: want.Field, Message: want.Message, Kind: want.Kind,
		Err: got.Err,
	}
	if *got != expected {
		t.Errorf("the error is\n%#v\nwant\n%#v", *got, expected)
	}
	checkKind(t, err, want.Kind)
}

// checkKind expects err to be of that kind, or of no kind if it is nil.
func checkKind(t *testing.T, err, want error) {
	t.Helper()
	for _, kind := range kinds {
		if is := errors.Is(err, kind); is != errors.Is(want, kind) {
			t.Errorf("errors.Is(err, %q) is %v for: %v", kind, is, err)
		}
	}
}

// checkText checks an error's text, in all ways to print it.
func (l login) checkText(t *testing.T, err error, fields map[string]string) {
	t.Helper()
	text := err.Error()
	if !strings.HasPrefix(text, l.Name+": ") {
		t.Errorf("the text does not start with the service's name: %s", text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("the text is not one printable line: %q", text)
	}
	printed := fmt.Sprintf("%s\n%+v\n%#v", text, err, err)
	for beneath := err; beneath != nil; beneath = errors.Unwrap(beneath) {
		printed += fmt.Sprintf("\n%#v", beneath)
	}
	if e, ok := errors.AsType[*client.LoginError](err); ok {
		printed += fmt.Sprintf("\n%#v\n%v", *e, e.Err)
	}
	for _, spelling := range spellings(fields[l.SecretField]) {
		if strings.Contains(printed, spelling) {
			t.Errorf("the error holds the secret: %s", printed)
		}
	}
}

// spellings returns the ways in which a text may show a secret.
func spellings(secret string) []string {
	return []string{
		secret,
		inJSON(secret),
		strings.Trim(strconv.Quote(secret), `"`),
		strings.Trim(strconv.QuoteToASCII(secret), `"`),
		url.QueryEscape(secret),
		url.PathEscape(secret),
	}
}

// secretive returns the example with a secret that is hard to find in a text.
func (l login) secretive() map[string]string {
	return l.with(l.SecretField, cmp.Or(l.Secrets[0], `hunter2&=+% "\é🔑-correct-horse-battery-staple`))
}

// inJSON returns a text as it is inside of a JSON string.
func inJSON(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // json.Marshal takes every string
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(quoted), `"`), `"`)
}

// Cause is an answer to a login and what it means.
type Cause struct {
	Name string
	Response
	Failure
}

// NewCause returns the Cause of an answer whose header says JSON.
func NewCause(name, body string, status int, kind error, code, message string) Cause {
	return Cause{name, Response{Status: status, Body: body}, Failure{Kind: kind, Code: code, Message: message}}
}

// Of returns the Cause with a field at fault.
func (c Cause) Of(field string) Cause {
	c.Field = field
	return c
}

// In the Body of a Cause these stand for the secret that was sent: as it is, as in a JSON body, and as in a form. All
// of them but raw are inside of JSON strings.
const (
	raw      = "{{secret in text}}"
	Echo     = "{{secret}}"
	echoJSON = "{{secret in JSON}}"
	echoForm = "{{secret in a form}}"
)

// testCauses tests the answers that only this service gives.
func (l login) testCauses(t *testing.T) {
	for _, cause := range l.Causes {
		t.Run(cause.Name, func(t *testing.T) { l.testCause(t, cause) })
	}
	for _, cause := range everywhere {
		t.Run(cause.Name, func(t *testing.T) { l.testCause(t, cause) })
	}
}

func (l login) testCause(t *testing.T, cause Cause) {
	fields := l.secretive()
	secret, response := fields[l.SecretField], cause.Response
	response.Body = strings.NewReplacer(
		raw, secret, Echo, inJSON(secret), echoJSON, inJSON(inJSON(secret)), echoForm, inJSON(url.QueryEscape(secret)),
	).Replace(response.Body)
	_, err := l.answer(t, fields, response, reading(response.Body))
	l.check(t, err, fields, cause.Status, cause.Failure)
	if _, limited := errors.AsType[*client.RateLimitError](err); limited != (cause.Status == 429) {
		t.Errorf("status %d gives a %T", cause.Status, err)
	}
}
