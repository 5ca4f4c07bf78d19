// Package apierror turns an answer that is no success into one typed error, for each client that oapi-codegen
// generates, ours or your own, and for each [http.Response]. A generated call gives no error for a 404 or a 503: it
// leaves the field JSON200 of its result nil.
//
//	accounts, err := api.ListAccountsWithResponse(ctx)
//	if err != nil {
//		return err
//	}
//	list, err := apierror.Want(accounts.JSON200, accounts.HTTPResponse, accounts.Body)
//	if err != nil {
//		return err
//	}
//
// [Want] gives a field that is not nil, or an error. [Check] is for calls that return nothing. With [Doer] every call
// of a generated client gives this error by itself. errors.As finds the [*Error]. A success in broken JSON is the
// generated client's own error.
//
// Whatever the answer is, nothing here panics: a page, broken JSON, no body, or 100 MB.
package apierror

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is an answer that is no success. Its texts are single short printable lines. They do not repeat a token, a key
// or a cookie that was sent with the request, nor what looks like a token.
type Error struct {
	Status     int           // HTTP status; 0: there is no answer
	Code       string        // the service's own code, such as "voucher_expired"; may be ""
	Field      string        // the field at fault, as the service spells it; "" if none is named, or several, as in Message
	Message    string        // the service's own words, or ours if it has none
	RequestID  string        // the service's name of the request, for those who run it; may be ""
	RetryAfter time.Duration // how long the service asks to wait; 0: it does not say
	Kind       error         // client.ErrUnavailable, client.ErrUnexpectedResponse, or nil
}

// Error tells what the service has answered.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Status != 0 {
		b.WriteString("HTTP " + strconv.Itoa(e.Status))
	}
	for _, detail := range []string{e.Code, e.Field, e.Message} {
		if detail != "" && b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(detail)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, " (try again in %d s)", (e.RetryAfter+time.Second-1)/time.Second)
	}
	if e.RequestID != "" {
		b.WriteString(" (request ID " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap returns Kind.
func (e *Error) Unwrap() error { return e.Kind }

// Check returns nil if an answer has a status of 2xx, and else an [*Error]. Its arguments are the fields HTTPResponse
// and Body of a generated result. A nil body is that of resp itself: then Check reads it, up to 1 MiB, and closes it if
// it returns an error.
//
// The error wraps [client.ErrUnavailable] if the status is 5xx, or if a page came with another one, as proxies and
// firewalls send them. It wraps [client.ErrUnexpectedResponse] if the status is less than 400, or if a page came with
// 404 or 405, as from a wrong base URL.
func Check(resp *http.Response, body []byte) error {
	if resp != nil && success(resp.StatusCode) {
		return nil
	}
	return newError(resp, body)
}

// Want returns value, which is a field of a generated result such as JSON200, if it is not nil. A failure is an error
// even then: JSONDefault is there in each. Without a value it returns the error of Check, or one for a success that is
// not the one that was wanted: it has another type, another status of 2xx, or no body. That one wraps
// [client.ErrUnexpectedResponse].
func Want[T any](value *T, resp *http.Response, body []byte) (*T, error) {
	if value != nil && (resp == nil || success(resp.StatusCode)) {
		return value, nil
	}
	return nil, newError(resp, body)
}

func success(status int) bool { return 200 <= status && status < 300 }
