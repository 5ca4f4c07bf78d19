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
	// Read as UTF-16, each two letters of the secret are one of another script.
	utf16 := "\xff\xfe" + strings.Join(strings.SplitAfter(`{"message":"`, ""), "\x00") + "\x00" + secret + "\"\x00}\x00"
	for _, body := range []string{
		utf16,
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

// A secret may be such a text that a short answer is it, as a whole.
func TestT6AnswerThatIsTheSecretIsNotRepeated(t *testing.T) {
	for secret, body := range map[string]string{"{}": "{}", "null": "null", " ": `{"message":" "}`} {
		words := reply.Read([]byte(body)).Words(401)
		traces := func(text string) bool { return strings.Contains(text, secret) }
		if _, _, message := words.Repeatable(traces, nil).Line(); message != "[redacted]" {
			t.Errorf("%q: %q", body, message)
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
