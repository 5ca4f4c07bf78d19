package reply_test

import (
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/reply"
)

// If any of an answer's words has a trace of the secret, none are repeated, wherever it stands and whatever is read.
func TestT6WordsBesideASecretAreNotRepeated(t *testing.T) {
	const secret = "s3cret"
	traces := func(text string) bool { return strings.Contains(text, secret) }
	for _, body := range []string{
		`{"code":"s3cret"}`, `{"message":"no","code":"s3cret"}`, `{"message":"s3cret"}`, `{"errors":{"s3cret":["no"]}}`,
		`{"errors":{"email":["s3cret"]}}`, `{"message":"s3c","detail":"ret"}`, `{"errors":[{"loc":["body","s3cret"],"msg":"no"}]}`,
		`{"errors":[{"loc":["body",0,"s3cret"],"msg":"no"}]}`, `{"message":{"s3cret":1}}`, `"s3cret"`, "wrong: s3cret", "<e>s3cret</e>", `{"errors":{"a":{"s3cret":["no"]}}}`,
	} {
		words := reply.Read([]byte(body)).Words(422)
		code, field, message := words.Repeatable(traces, nil).Line()
		if code != "" || field != "" || message != "[redacted]" {
			t.Errorf("%s: %q, %q, %q", body, code, field, message)
		}
	}
}

// clean changes a text before it is cut.
func TestWordsAreCleanedBeforeTheyAreCut(t *testing.T) {
	words := reply.Read([]byte(`{"message":"` + strings.Repeat("x", 300) + ` end"}`)).Words(400)
	clean := func(text string) string { return strings.ReplaceAll(text, "x", "") }
	if _, _, message := words.Repeatable(never, clean).Line(); message != "end" {
		t.Errorf("%q", message)
	}
}

// A success may say its token in any field.
func TestT6WordsOfASuccessHoldNoToken(t *testing.T) {
	const token = "abcdefghijklmno1"
	for status, want := range map[int]string{
		199: "||the token is " + token, 200: "||the token is [redacted]", 299: "||the token is [redacted]", 300: "||the token is " + token,
	} {
		if got := said(status, `{"message":"the token is `+token+`"}`); got != want {
			t.Errorf("%d: %q; want %q", status, got, want)
		}
	}
}
