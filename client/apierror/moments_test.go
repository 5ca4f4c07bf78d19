package apierror_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/apierror"
)

func answered(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func TestTextOfPartsAndSeconds(t *testing.T) {
	for want, e := range map[string]apierror.Error{
		"gone":                              {Message: "gone"},
		"code: gone":                        {Code: "code", Message: "gone"},
		"HTTP 429":                          {Status: 429},
		"HTTP 429 (try again in 1 s)":       {Status: 429, RetryAfter: 1},
		"HTTP 503 (try again in 1 s)":       {Status: 503, RetryAfter: time.Second},
		"HTTP 503: gone (try again in 2 s)": {Status: 503, Message: "gone", RetryAfter: time.Second + 1},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

func TestCheckByStatus(t *testing.T) {
	for status, fine := range map[int]bool{199: false, 200: true, 204: true, 299: true, 300: false, 404: false, 503: false} {
		err := apierror.Check(&http.Response{StatusCode: status, Header: http.Header{}}, []byte{})
		if e, ok := errors.AsType[*apierror.Error](err); ok == fine || ok && e.Status != status {
			t.Errorf("%d: %v; want it fine: %t", status, err, fine)
		}
	}
}

// An answer of up to 1 MiB is read. Of a longer one only that is told.
func TestErrorOfALongAnswer(t *testing.T) {
	for length, want := range map[int]string{1 << 20: "no such voucher", 1<<20 + 1: "the answer is longer than 1 MiB"} {
		body := `{"message":"no such voucher"}`
		body += strings.Repeat(" ", length-len(body))
		for name, resp := range map[string]*http.Response{
			"read by the generated client": {StatusCode: 400, Header: http.Header{}},
			"read here":                    answered(400, body),
		} {
			given := []byte(body)
			if resp.Body != nil {
				given = nil
			}
			e, ok := errors.AsType[*apierror.Error](apierror.Check(resp, given))
			if !ok || e.Message != want {
				t.Errorf("%d bytes, %s: %v; want %q", length, name, e, want)
			}
		}
	}
}

// A field without a name says nothing, and harms nobody.
func TestErrorOfAFieldWithoutAName(t *testing.T) {
	e, ok := errors.AsType[*apierror.Error](apierror.Check(answered(400, `{"":1,"Message":"no such voucher"}`), nil))
	if !ok || e.Message != "no such voucher" {
		t.Errorf("%v; want the message", e)
	}
}
