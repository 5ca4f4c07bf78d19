package sent_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/sent"
)

// What a request was sent with is not repeated, wherever it was in the request; its other words may be.
func TestTracesOfASentSecret(t *testing.T) {
	for _, tt := range []struct {
		name          string
		url           string
		header, value string
		text          string
		want          bool
	}{
		{name: "token", header: "Authorization", value: "Bearer s3cret-token", text: "no s3cret-token here", want: true},
		{name: "type of a token", header: "Authorization", value: "Bearer s3cret-token", text: "a Bearer token"},
		{name: "cookie", header: "Cookie", value: "theme=dark; sid=s3cret-session", text: "s3cret-session has ended", want: true},
		{name: "value of a quoted part", header: "X-Signature", value: `keyId="abc",signature="s3cret-mac"`, text: "s3cret-mac", want: true},
		{name: "key of 8", header: "X-Api-Key", value: "s3cret-8", text: "key s3cret-8", want: true},
		{name: "key of 7", header: "X-Api-Key", value: "s3cret7", text: "key s3cret7"},
		{name: "idempotency key", header: "Idempotency-Key", value: "order-4711-a", text: "order-4711-a exists"},
		{name: "another header", header: "X-Request-Id", value: "request-4711", text: "request-4711"},
		{name: "password of the URL", url: "https://user-name-1:s3cret-password@api.example.com/", text: "s3cret-password", want: true},
		{name: "user of a URL with a password", url: "https://user-name-1:s3cret-password@api.example.com/", text: "user-name-1"},
		{name: "key as user of the URL", url: "https://s3cret-key-1@api.example.com/", text: "s3cret-key-1", want: true},
		{name: "key of the query", url: "https://api.example.com/?api_key=s3cret-key-1", text: "s3cret-key-1", want: true},
		{name: "otp of the query", url: "https://api.example.com/?otp=12345678", text: "12345678", want: true},
		{name: "another word of the query", url: "https://api.example.com/?query=something-1", text: "something-1"},
	} {
		req := &http.Request{Header: http.Header{}}
		if tt.header != "" {
			req.Header.Set(tt.header, tt.value)
		}
		if tt.url != "" {
			req.URL, _ = url.Parse(tt.url)
		}
		if got := sent.Traces(req)(tt.text); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestTracesOfHTTPBasic(t *testing.T) {
	for _, tt := range []struct {
		user, password, text string
		want                 bool
	}{
		{"user-name-1", "s3cret-password", "s3cret-password", true},
		{"user-name-1", "s3cret-password", "user-name-1", false},
		{"s3cret-key-1", "", "s3cret-key-1", true},
		{"s3cret-key-1", "short", "s3cret-key-1", true},
		{"user-name-1", "12345678", "user-name-1", false},
	} {
		req := &http.Request{Header: http.Header{}}
		req.SetBasicAuth(tt.user, tt.password)
		if got := sent.Traces(req)(tt.text); got != tt.want {
			t.Errorf("%s:%s, %s: %v; want %v", tt.user, tt.password, tt.text, got, tt.want)
		}
	}
}

func TestTracesOfNoRequest(t *testing.T) {
	if sent.Traces(nil)("any text") {
		t.Error("it has a trace")
	}
}

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

// What looks like a token is not told, whoever has sent it. A word that a language may have is.
func TestTokensByTheirForm(t *testing.T) {
	for _, tt := range []struct {
		text  string
		form  bool // a token by its form
		wants string
	}{
		{"a plain sentence", false, "a plain sentence"},
		{"it was " + jwt + ", alas", true, "it was [redacted], alas"},
		{"Bearer abcdefghijklmnop", true, "[redacted]"},
		{"Bearer abcdefghijklmno", false, "Bearer abcdefghijklmno"},
		{"basic dXNlcjpwYXNzd29yZA==", true, "[redacted]"},
		{strings.Repeat("a", 40), false, strings.Repeat("a", 40)},
		{strings.Repeat("a", 41), false, "[redacted]"},
		{"two\nlines", false, "two lines"},
	} {
		if got := sent.WithoutTokens(tt.text); got != tt.wants {
			t.Errorf("%q: %q; want %q", tt.text, got, tt.wants)
		}
		if got := sent.HoldsToken(tt.text); got != tt.form {
			t.Errorf("%q holds a token: %v; want %v", tt.text, got, tt.form)
		}
	}
}

// A token is found before the line is cut off: a part of it does not look like one.
func TestLineThatIsCutOffHoldsNoPartOfAToken(t *testing.T) {
	got := sent.Line("see "+strings.Repeat("a", 60)+" and so on, and so on", 12)
	if strings.Contains(got, "aa") || len([]rune(got)) > 12+1 { // and the sign of the cut
		t.Errorf("%q", got)
	}
}
