package apierror_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client/apierror"
)

// Whatever an answer is, it gives a short printable error or none, and repeats no token.
func FuzzT6Check(f *testing.F) {
	for _, row := range rows {
		if len(row.body) < 4096 {
			f.Add(row.status, row.typed, row.header.Get("X-Request-Id"), row.header.Get("Retry-After"), row.body)
		}
	}
	f.Add(401, jsonType, token, "1", `{"message":"`+token+`"}`)
	f.Add(500, problemType, "", "", `{"type":"x:`+token+`","title":"`+token[:12]+`","detail":"`+token[12:]+`"}`)
	f.Fuzz(func(t *testing.T, status int, typed, id, wait, body string) {
		resp := &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {typed}, "X-Request-Id": {id}, "Retry-After": {wait}},
			Request: &http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}},
		}
		err := apierror.Check(resp, []byte(body))
		if success := 200 <= status && status < 300; success != (err == nil) {
			t.Fatalf("%d gives %v", status, err)
		}
		for _, err := range []error{err, second(apierror.Want[int](nil, resp, []byte(body)))} {
			if err == nil {
				continue
			}
			e, ok := errors.AsType[*apierror.Error](err)
			if !ok || e.Status != status || e.Message == "" || e.RetryAfter < 0 {
				t.Fatalf("%d gives %#v", status, err)
			}
			text := err.Error()
			unprintable := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
			if !utf8.ValidString(text) || len([]rune(text)) > 500 || strings.ContainsFunc(text, unprintable) {
				t.Errorf("no short printable line: %q", text)
			}
			if strings.Contains(text, token) {
				t.Errorf("the token is in %q", text)
			}
		}
	})
}
