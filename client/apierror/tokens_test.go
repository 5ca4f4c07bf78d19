package apierror_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/apierror"
)

// What looks like a token is in no error, wherever a service puts it and whatever is cut off of a long text.
func TestT6NothingLooksLikeAToken(t *testing.T) {
	for name, secret := range map[string]string{
		"a JWT":          "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl",
		"a bearer token": "Bearer 0123456789abcdef0123456789abcdef",
		"a long word":    strings.Repeat("0123456789abcdef", 4),
		"hidden blanks":  strings.Repeat("0123456789abcdef\u200b", 4),
	} {
		leak := strings.TrimPrefix(secret, "Bearer ")[:12]
		for n := range 210 {
			before := strings.Repeat("w ", n/2) + strings.Repeat(".", n%2)
			for where, body := range map[string]string{
				"message": fmt.Sprintf(`{"message":"%s%s"}`, before, secret),
				"code":    fmt.Sprintf(`{"code":"%s%s","message":"no"}`, before, secret),
				"field":   fmt.Sprintf(`{"errors":{"%s%s":["is wrong"]}}`, before, secret),
				"causes":  fmt.Sprintf(`{"errors":{"a":["%s%s"],"b":["is wrong"]}}`, before, secret),
				"text":    before + secret,
			} {
				err := apierror.Check(&http.Response{StatusCode: http.StatusBadRequest, Body: io.NopCloser(strings.NewReader(body))}, nil)
				if strings.Contains(err.Error(), leak) {
					t.Fatalf("%s in the %s after %d characters: %v", name, where, n, err)
				}
			}
		}
	}
}

// The name of a request is long, and no token.
func TestT6RequestIDIsNoToken(t *testing.T) {
	for id, want := range map[string]string{
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":                    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1": "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl":         "other",
		"Bearer 0123456789abcdef0123456789abcdef":                                    "other",
	} {
		err := apierror.Check(&http.Response{
			StatusCode: http.StatusInternalServerError, Header: http.Header{"X-Request-Id": {id}},
		}, []byte(`{"request_id":"other"}`))
		if e, ok := errors.AsType[*apierror.Error](err); !ok || e.RequestID != want {
			t.Errorf("%s: %+v; want %q", id, e, want)
		}
		if strings.HasPrefix(want, "other") {
			err = apierror.Check(&http.Response{StatusCode: http.StatusInternalServerError}, fmt.Appendf(nil, `{"requestId":%q}`, id))
			if e, ok := errors.AsType[*apierror.Error](err); !ok || e.RequestID != "" {
				t.Errorf("%s in the body: %+v", id, e)
			}
		}
	}
}
