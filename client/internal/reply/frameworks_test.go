package reply_test

import (
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/reply"
)

func never(string) bool { return false }

// said returns what an error tells of an answer that holds no secret.
func said(status int, body string) string {
	words := reply.Read([]byte(body)).Words(status)
	code, field, message := words.Repeatable(never, nil).Line()
	return strings.Join([]string{code, field, message}, "|")
}

// What frameworks say, as code|field|message.
func TestWordsOfFrameworks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"OAuth", 400, `{"error":"invalid_grant","error_description":"Wrong password."}`, "invalid_grant||Wrong password."},
		{"OAuth, a code of one word", 401, `{"error":"unauthorized","error_description":"Wrong password."}`, "unauthorized||Wrong password."},
		{"OAuth, beside another code", 401, `{"code":"E42","error":"unauthorized","error_description":"Wrong password."}`, "E42||Wrong password. (unauthorized)"},
		{"a text as error", 401, `{"error":"Wrong password"}`, "||Wrong password"},
		{"a code as error", 401, `{"error":"bad_password"}`, "bad_password||"},
		{"code and message", 401, `{"code":"E42","message":"no"}`, "E42||no"},
		{"a number that is no status", 401, `{"code":4711,"message":"no"}`, "4711||no"},
		{"a number that is the status", 401, `{"code":401,"message":"no"}`, "||no"},
		{"two texts", 401, `{"message":"no","detail":"The account is locked"}`, "||no (The account is locked)"},
		{"the status's text, and more", 401, `{"message":"Unauthorized","error":"The account is locked"}`, "||The account is locked"},
		{"more, and the status's text", 401, `{"message":"The account is locked","error":"Unauthorized"}`, "||The account is locked"},
		{"a text twice", 401, `{"message":"The account is locked","error":"account is locked"}`, "||The account is locked"},
		{"Laravel", 422, `{"message":"The email field is required.","errors":{"email":["The email field is required."]}}`, "|email|The email field is required."},
		{"Laravel, two fields", 422, `{"message":"The given data was invalid.","errors":{"email":["is required."],"password":["is too short."]}}`, "||email: is required; password: is too short (The given data was invalid.)"},
		{"Laravel, two of one field", 422, `{"errors":{"email":["is required.","is no email"]}}`, "|email|is required., is no email"},
		{"Laravel, the first of two", 422, `{"message":"The email field is required. (and 1 more error)","errors":{"email":["The email field is required."],"password":["is short"]}}`, "||email: The email field is required; password: is short"},
		{"fields without a text", 422, `{"message":"The given data was invalid","errors":[{"field":"email"},{"field":"password"}]}`, "||email; password (The given data was invalid)"},
		{"Rails", 422, `{"errors":["Email is taken"]}`, "||Email is taken"},
		{"Rails, by field", 422, `{"errors":{"base":["is locked"],"email":"is taken"}}`, "||is locked; email: is taken"},
		{"Django REST", 400, `{"username":["This field is required."]}`, "|username|This field is required."},
		{"a field named title", 422, `{"errors":{"title":["is too long"]}}`, "|title|is too long"},
		{"a list named message", 422, `{"errors":{"message":["is locked"]}}`, "||is locked"},
		{"Django REST, a success", 200, `{"username":["This field is required."]}`, "||"},
		{"Django REST, nested", 400, `{"user":{"email":["is taken"]}}`, "||"},
		{"Django REST, 300", 300, `{"username":["a"]}`, "||"},
		{"Django REST, 500", 500, `{"username":["a"]}`, "||"},
		{"Django REST, 499", 499, `{"username":["a"]}`, "|username|a"},
		{"Django REST, about the whole", 400, `{"non_field_errors":["Unable to log in."]}`, "||Unable to log in."},
		{"a list of codes", 400, `{"errors":["bad_password"]}`, "bad_password||"},
		{"a list of two codes", 400, `{"errors":["bad_password","too_short"]}`, "bad_password||too_short"},
		{"FastAPI", 422, `{"detail":[{"loc":["body","username"],"msg":"field required","type":"value_error.missing"}]}`, "|username|field required"},
		{"FastAPI, no body", 422, `{"detail":[{"loc":["body",0],"msg":"JSON decode error"}]}`, "||JSON decode error"},
		{"FastAPI, an element", 422, `{"detail":[{"loc":["body","users",0,"name"],"msg":"field required"}]}`, "|users.0.name|field required"},
		{"JSON:API", 422, `{"errors":[{"source":{"pointer":"/data/attributes/email"},"detail":"is taken"}]}`, "|email|is taken"},
		{"JSON:API, a parameter", 400, `{"errors":[{"source":{"parameter":"page"},"title":"no number"}]}`, "|page|no number"},
		{"RFC 7807", 400, `{"title":"Bad input","invalid-params":[{"name":"age","reason":"must be positive"}]}`, "|age|must be positive (Bad input)"},
		{"an exception's name is no field", 400, `{"errors":[{"name":"ValidationError","message":"no"}]}`, "||no"},
		{"GraphQL", 200, `{"errors":[{"message":"no","locations":[{"line":1}],"path":["me"],"extensions":{"code":"UNAUTHENTICATED"}}]}`, "UNAUTHENTICATED||no"},
		{"Zod", 400, `{"issues":[{"path":["email"],"message":"Invalid"}]}`, "|email|Invalid"},
		{"Zod, flattened", 400, `{"errors":{"formErrors":["no"],"fieldErrors":{"email":["Invalid"]}}}`, "||email: Invalid; no"},
		{"class-validator", 400, `{"message":[{"property":"email","constraints":{"isEmail":"must be an email"}}]}`, "|email|must be an email"},
		{"JSend", 400, `{"status":"fail","data":{"message":"no"}}`, "||no"},
		{"JSend, a success", 399, `{"status":"success","data":{"message":"no"}}`, "||"},
		{"a text beside a field", 422, `{"errors":{"email":"is taken"}}`, "|email|is taken"},
		{"an object of a field", 422, `{"errors":{"email":{"message":"is taken"}}}`, "|email|is taken"},
		{"plain text", 401, "Wrong\n  password", "||Wrong password"},
		{"XML", 401, "<error><message>Wrong password</message></error>", "||Wrong password"},
		{"a code as plain text", 401, "bad_password", "bad_password||"},
		{"a JSON text", 401, `"Wrong password"`, "||Wrong password"},
		{"a JSON list", 401, `["Wrong password"]`, "||Wrong password"},
		{"a page", 503, "<!DOCTYPE html><title>Maintenance</title>", "||"},
		{"half of JSON", 401, `{"message":"Wrong pass`, "||"},
		{"plain text of a success may be the token", 200, "Welcome", "||"},
		{"299", 299, "Welcome", "||"},
		{"300", 300, "Welcome", "||Welcome"},
		{"199", 199, "Welcome", "||Welcome"},
		{"blank", 401, "  ", "||"},
		{"501 bytes of text", 401, strings.Repeat("abc", 167), "||"},
		{"500 bytes of text", 401, strings.Repeat("abcd ", 99) + "abcde", "||" + strings.Repeat("abcd ", 40) + "…"},
		{"UTF-16", 401, "\xff\xfen\x00o\x00", "||no"},
		{"UTF-16, big end first", 401, "\xfe\xff\x00n\x00o", "||no"},
		{"UTF-16, two pairs", 401, "\xff\xfe\x3d\xd8\x00\xde\x3d\xd8\x01\xde", "||😀😁"},
	} {
		if got := said(tt.status, tt.body); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}
