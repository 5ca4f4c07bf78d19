package loginkit_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// What a status means if the answer says nothing.
func TestKindByStatusAlone(t *testing.T) {
	for status, want := range map[int]error{
		200: client.ErrUnexpectedResponse, 302: client.ErrUnexpectedResponse, 399: client.ErrUnexpectedResponse,
		400: client.ErrUnexpectedResponse, 401: client.ErrInvalidCredentials, 403: client.ErrUnexpectedResponse,
		404: client.ErrUnexpectedResponse, 422: client.ErrInvalidInput, 423: client.ErrInvalidCredentials,
		499: client.ErrUnexpectedResponse, 500: client.ErrUnavailable, 503: client.ErrUnavailable,
	} {
		for _, body := range []string{"", "{}"} {
			if err := read(t, status, body, "").Unrecognized(); !errors.Is(err, want) {
				t.Errorf("%d %s: %v; want %v", status, body, err, want)
			}
		}
	}
}

// The reset of a quota is a wait only after a 429. Retry-After is one after each answer that says "too many".
func TestP5WaitOfTooMany(t *testing.T) {
	const words = `{"message":"Too many login attempts."}`
	for name, tt := range map[string]struct {
		status              int
		header, value, body string
		wait                time.Duration
		named               bool
	}{
		"429":                         {429, "X-Other", "60", words, 5 * time.Minute, false},
		"429 with Retry-After":        {429, "Retry-After", "60", words, time.Minute, true},
		"429 with a reset":            {429, "RateLimit-Reset", "60", words, time.Minute, true},
		"429 with words":              {429, "X-Other", "60", `{"message":"Please try again in 42 seconds."}`, 42 * time.Second, true},
		"401 by words":                {401, "X-Other", "60", words, 5 * time.Minute, false},
		"401 by words and header":     {401, "Retry-After", "60", words, time.Minute, true},
		"401 by words, with a reset":  {401, "RateLimit-Reset", "60", words, 5 * time.Minute, false},
		"422 by words and their wait": {422, "RateLimit-Reset", "60", `{"message":"Too many login attempts. Try again in 2 minutes."}`, 2 * time.Minute, true},
	} {
		resp := response(tt.status, tt.body)
		resp.Header.Set(tt.header, tt.value)
		answer, err := loginkit.Attempt{Service: "own", Quota: 5 * time.Minute}.Read(resp, nil)
		if err != nil {
			t.Fatal(err)
		}
		limited, ok := errors.AsType[*client.RateLimitError](answer.Unrecognized())
		if !ok || limited.RetryAfter != tt.wait || limited.Named != tt.named {
			t.Errorf("%s: %+v; want to wait %s, named: %t", name, limited, tt.wait, tt.named)
		}
	}
}

// A secret that happens to be a word of the service's own takes no wait away.
func TestP5SecretAmongTheWordsOfAWait(t *testing.T) {
	answer := read(t, http.StatusTooManyRequests, `{"message":"Please try again in 42 seconds."}`, "seconds")
	limited, ok := errors.AsType[*client.RateLimitError](answer.Unrecognized())
	if !ok || limited.RetryAfter != 42*time.Second || !limited.Named {
		t.Errorf("%+v; want to wait 42 s", limited)
	}
}

// A secret that begins like a page does not make a page of a line that repeats it. What is longer than 16 KiB is not
// looked through.
func TestSecretMakesNoPage(t *testing.T) {
	const secret = "<html>hunter2"
	for length, want := range map[int]error{
		100: client.ErrInvalidCredentials, 16 << 10: client.ErrInvalidCredentials, 16<<10 + 1: client.ErrUnavailable,
	} {
		body := "<html>hunter2 is the wrong password"
		body += strings.Repeat(" ", length-len(body))
		if err := read(t, http.StatusBadRequest, body, secret).Unrecognized(); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v; want %v", length, err, want)
		}
	}
}
