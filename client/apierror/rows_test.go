package apierror_test

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
)

const (
	jsonType    = "application/json"
	problemType = "application/problem+json"
	htmlType    = "text/html; charset=utf-8"
	textType    = "text/plain"
)

// row is an answer that is no success, and what an error tells of it.
type row struct {
	name   string
	status int
	typed  string // Content-Type
	header http.Header
	body   string
	want   apierror.Error // without the status
}

func says(code, field, message string) apierror.Error {
	return apierror.Error{Code: code, Field: field, Message: message}
}

func down(code, message string) apierror.Error {
	return apierror.Error{Code: code, Message: message, Kind: client.ErrUnavailable}
}

func odd(code, message string) apierror.Error {
	return apierror.Error{Code: code, Message: message, Kind: client.ErrUnexpectedResponse}
}

func header(name, value string) http.Header { return http.Header{name: {value}} }

func inUTF16(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

const page = "<!doctype html>\n<html><head><title>Down</title></head><body>Bye</body></html>"

var rows = []row{
	// Nothing, or nothing that can be read.
	{name: "no body", status: 404, want: says("", "", "Not Found")},
	{name: "no body, 503", status: 503, want: down("", "Service Unavailable")},
	{name: "no body, unknown status", status: 499, want: says("", "", "the service gives no reason")},
	{name: "no body, unknown 5xx", status: 599, want: down("", "the service gives no reason")},
	{name: "status 999", status: 999, want: down("", "the service gives no reason")},
	{name: "typed nothing", status: 400, typed: jsonType, want: says("", "", "Bad Request")},
	{name: "blanks", status: 400, typed: textType, body: " \r\n\t", want: says("", "", "Bad Request")},
	{name: "null", status: 400, typed: jsonType, body: "null", want: says("", "", "Bad Request")},
	{name: "true", status: 400, typed: jsonType, body: "true", want: says("", "", "Bad Request")},
	{name: "a number", status: 400, typed: jsonType, body: "42", want: says("", "", "Bad Request")},
	{name: "empty object", status: 400, typed: jsonType, body: "{}", want: says("", "", "Bad Request")},
	{name: "empty list", status: 400, typed: jsonType, body: "[]", want: says("", "", "Bad Request")},
	{name: "nulls", status: 400, typed: jsonType, body: `{"error":null,"message":null,"errors":null,"code":null}`, want: says("", "", "Bad Request")},
	{name: "numbers", status: 400, typed: jsonType, body: `{"error":1,"message":2,"errors":3}`, want: says("", "", "Bad Request")},
	{name: "another shape", status: 418, typed: jsonType, body: `{"faults":[{"at":"/cents","why":"not a number"}]}`, want: says("", "", "I'm a teapot")},

	// Pages.
	{name: "HTML 503", status: 503, typed: htmlType, body: page, want: down("", "the answer is a page")},
	{name: "HTML 502 as JSON", status: 502, typed: jsonType, body: page, want: down("", "the answer is a page")},
	{name: "HTML 403", status: 403, typed: htmlType, body: page, want: down("", "the answer is a page")},
	{name: "HTML 404", status: 404, typed: htmlType, body: page, want: odd("", "the answer is a page (check the base URL)")},
	{name: "HTML 405", status: 405, body: "<html>", want: odd("", "the answer is a page (check the base URL)")},
	{name: "HTML with a BOM", status: 500, typed: htmlType, body: "\ufeff" + page, want: down("", "the answer is a page")},
	{name: "redirect", status: 302, typed: htmlType, header: header("Location", "/users/sign_in"), body: page, want: odd("", "the answer is a page")},
	{name: "redirect in JSON", status: 307, typed: jsonType, body: `{"message":"moved"}`, want: odd("", "moved")},
	{name: "not modified", status: 304, want: odd("", "Not Modified")},
	{name: "early", status: 103, want: odd("", "Early Hints")},
	{name: "status 0", status: 0, want: odd("", "the service gives no reason")},

	// Plain text.
	{name: "text", status: 500, typed: textType, body: "database is locked\n", want: down("", "database is locked")},
	{name: "text without a type", status: 400, body: "bad cents", want: says("", "", "bad cents")},
	{name: "lines", status: 400, typed: textType, body: "one\r\n\ttwo\x1b[31m three\x07", want: says("", "", "one two three")},
	{name: "long text", status: 400, typed: textType, body: strings.Repeat("x ", 10_000), want: says("", "", "Bad Request")},
	{name: "an identifier", status: 403, typed: textType, body: "NOT_ALLOWED", want: says("NOT_ALLOWED", "", "Forbidden")},
	{name: "XML", status: 400, typed: "application/xml", body: "<error><message>bad cents</message></error>", want: says("", "", "bad cents")},
	{name: "bytes", status: 400, typed: "application/octet-stream", body: "\x00\x01\xfe\xff\x80", want: says("", "", "Bad Request")},

	// Charsets.
	{name: "latin-1", status: 400, typed: "text/plain; charset=iso-8859-1", body: "ung\xfcltig", want: says("", "", "Bad Request")},
	{name: "latin-1 in JSON", status: 400, typed: jsonType, body: "{\"message\":\"ung\xfcltig\"}", want: says("", "", "ungltig")},
	{name: "wrong charset", status: 400, typed: "application/json; charset=utf-32", body: `{"message":"ungültig"}`, want: says("", "", "ungültig")},
	{name: "a broken type", status: 400, typed: "application/json; charset", body: `{"message":"bad cents"}`, want: says("", "", "bad cents")},
	{name: "UTF-16", status: 400, typed: jsonType, body: inUTF16(`{"message":"bad cents"}`), want: says("", "", "bad cents")},

	// Broken JSON.
	{name: "cut JSON", status: 500, typed: jsonType, body: `{"message":"bad ce`, want: down("", "the answer is broken JSON")},
	{name: "two values", status: 400, typed: jsonType, body: `{"message":"a"}{"message":"b"}`, want: says("", "", "the answer is broken JSON")},
	{name: "a comma too many", status: 400, typed: jsonType, body: `{"message":"bad cents",}`, want: says("", "", "bad cents")},
	{name: "text as JSON", status: 502, typed: jsonType, body: "upstream timed out", want: down("", "upstream timed out")},
	{name: "JSON as text", status: 400, typed: textType, body: `{"message":"bad cents"}`, want: says("", "", "bad cents")},
	{name: "deep", status: 400, typed: jsonType, body: strings.Repeat("[", 5000) + strings.Repeat("]", 5000), want: says("", "", "the answer is JSON with very many values")},
	{name: "deep objects", status: 400, typed: jsonType, body: strings.Repeat(`{"error":`, 500) + `"x"` + strings.Repeat("}", 500), want: says("", "", "Bad Request")},
	{name: "many values", status: 400, typed: jsonType, body: "[" + strings.Repeat("1,", 200_000) + "1]", want: says("", "", "the answer is JSON with very many values")},
	{name: "huge", status: 500, typed: jsonType, body: `{"message":"` + strings.Repeat("x", 8<<20) + `"}`, want: down("", "the answer is longer than 1 MiB")},
	{name: "a long message", status: 400, typed: jsonType, body: `{"message":"` + strings.Repeat("no ", 5000) + `"}`, want: says("", "", strings.Repeat("no ", 66)+"no…")},

	// The usual shapes.
	{name: "message", status: 409, typed: jsonType, body: `{"message":"exists"}`, want: says("", "", "exists")},
	{name: "code and message", status: 409, typed: jsonType, body: `{"code":"entry_exists","message":"exists"}`, want: says("entry_exists", "", "exists")},
	{name: "code alone", status: 409, typed: jsonType, body: `{"code":"entry_exists"}`, want: says("entry_exists", "", "Conflict")},
	{name: "number as code", status: 409, typed: jsonType, body: `{"code":1042,"msg":"exists"}`, want: says("1042", "", "exists")},
	{name: "error as text", status: 401, typed: jsonType, body: `{"error":"Invalid token"}`, want: says("", "", "Invalid token")},
	{name: "nested error", status: 404, typed: jsonType, body: `{"error":{"code":"no_entry","message":"no such entry"}}`, want: says("no_entry", "", "no such entry")},
	{name: "nested twice", status: 404, typed: jsonType, body: `{"error":{"error":{"message":"no such entry"}}}`, want: says("", "", "no such entry")},
	{name: "OAuth", status: 400, typed: jsonType, body: `{"error":"invalid_scope","error_description":"no such scope"}`, want: says("invalid_scope", "", "no such scope")},
	{name: "Google", status: 404, typed: jsonType, body: `{"error":{"code":404,"message":"no such entry","status":"NOT_FOUND"}}`, want: says("NOT_FOUND", "", "no such entry")},
	{name: "Stripe", status: 402, typed: jsonType, body: `{"error":{"type":"card_error","message":"declined","param":"number"}}`, want: says("card_error", "", "declined")},
	{name: "ASP.NET", status: 400, typed: jsonType, body: `{"Message":"bad cents"}`, want: says("", "", "bad cents")},
	{name: "AWS", status: 400, typed: "application/x-amz-json-1.0", body: `{"__type":"com.amazonaws#ValidationException","message":"bad cents"}`, want: says("ValidationException", "", "bad cents")},
	{name: "Spring", status: 404, typed: jsonType, body: `{"timestamp":1,"status":404,"error":"Not Found","path":"/x"}`, want: says("", "", "Not Found")},
	{name: "JSend", status: 400, typed: jsonType, body: `{"status":"fail","data":{"message":"bad cents"}}`, want: says("", "", "bad cents")},
	{name: "GraphQL", status: 400, typed: jsonType, body: `{"errors":[{"message":"no such field","locations":[],"path":["a"],"extensions":{"code":"BAD_USER_INPUT"}}]}`, want: says("BAD_USER_INPUT", "", "no such field")},
	{name: "Rails", status: 422, typed: jsonType, body: `{"errors":{"cents":["is not a number"]}}`, want: says("", "cents", "is not a number")},
	{name: "Laravel", status: 422, typed: jsonType, body: `{"message":"The given data was invalid.","errors":{"cents":["required"],"id":["taken","long"]}}`, want: says("", "", "cents: required; id: taken, long (The given data was invalid.)")},
	{name: "Django", status: 400, typed: jsonType, body: `{"cents":["A valid integer is required."]}`, want: says("", "cents", "A valid integer is required.")},
	{name: "FastAPI", status: 422, typed: jsonType, body: `{"detail":[{"loc":["body","cents"],"msg":"field required","type":"missing"}]}`, want: says("", "cents", "field required")},
	{name: "NestJS", status: 400, typed: jsonType, body: `{"statusCode":400,"message":["cents must be a number","id must be a string"],"error":"Bad Request"}`, want: says("", "", "cents must be a number; id must be a string")},
	{name: "JSON:API", status: 422, typed: "application/vnd.api+json", body: `{"errors":[{"status":"422","code":"invalid","detail":"is odd","source":{"pointer":"/data/attributes/cents"}}]}`, want: says("invalid", "cents", "is odd")},
	{name: "a list of texts", status: 400, typed: jsonType, body: `["bad cents","bad id"]`, want: says("", "", "bad cents; bad id")},
	{name: "a list of objects", status: 400, typed: jsonType, body: `[{"message":"bad cents"},{"message":"bad id"}]`, want: says("", "", "bad cents; bad id")},
	{name: "a list of nulls", status: 400, typed: jsonType, body: `{"errors":[null,1,[],{}]}`, want: says("", "", "Bad Request")},
	{name: "many errors", status: 400, typed: jsonType, body: `{"errors":[` + strings.Repeat(`{"message":"bad"},`, 9000) + `{"message":"bad"}]}`, want: says("", "", "the answer is JSON with very many values")},

	// RFC 9457.
	{name: "problem", status: 403, typed: problemType, body: `{"type":"https://ledger.example/probs/out-of-credit","title":"You have no credit.","status":403,"detail":"It costs 50."}`, want: says("out-of-credit", "", "It costs 50. (You have no credit.)")},
	{name: "about:blank", status: 404, typed: problemType, body: `{"type":"about:blank","title":"Not Found","status":404}`, want: says("", "", "Not Found")},
	{name: "problem with a section", status: 400, typed: problemType, body: `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"errors":{"Cents":["The field is required."]}}`, want: says("", "Cents", "The field is required. (One or more validation errors occurred.)")},
	{name: "problem with parameters", status: 400, typed: problemType, body: `{"title":"Invalid.","invalid-params":[{"name":"cents","reason":"must be positive"}]}`, want: says("", "cents", "must be positive (Invalid.)")},
	{name: "problem with errors", status: 422, typed: problemType, body: `{"title":"Invalid.","errors":[{"detail":"must be positive","pointer":"#/cents"}]}`, want: says("", "cents", "must be positive (Invalid.)")},
	{name: "problem of an own type", status: 422, typed: "application/vnd.ledger+json", body: `{"errors":[{"pointer":"/cents","detail":"must be positive"}]}`, want: says("", "cents", "must be positive")},

	// Request IDs.
	{name: "request ID", status: 500, header: header("X-Request-Id", "req-17"), want: apierror.Error{Message: "Internal Server Error", RequestID: "req-17", Kind: client.ErrUnavailable}},
	{name: "trace", status: 500, header: header("Cf-Ray", "8f0-FRA"), body: page, want: apierror.Error{Message: "the answer is a page", RequestID: "8f0-FRA", Kind: client.ErrUnavailable}},
	{name: "request ID in the body", status: 400, typed: jsonType, body: `{"message":"no","requestId":"r-1"}`, want: apierror.Error{Message: "no", RequestID: "r-1"}},
	{name: "nested request ID", status: 400, typed: jsonType, body: `{"error":{"message":"no","request_id":"r-2"}}`, want: apierror.Error{Message: "no", RequestID: "r-2"}},
	{name: "a long request ID", status: 400, header: header("X-Request-Id", strings.Repeat("ab ", 1000)+"\n"), want: apierror.Error{Message: "Bad Request", RequestID: strings.Repeat("ab ", 26) + "ab…"}},
	{name: "a request ID that is none", status: 400, typed: jsonType, body: `{"message":"no","request_id":{"a":1}}`, want: says("", "", "no")},

	// Waits.
	{name: "429", status: 429, header: header("Retry-After", "30"), typed: jsonType, body: `{"message":"slow down"}`, want: apierror.Error{Message: "slow down", RetryAfter: 30 * time.Second}},
	{name: "429 with a reset", status: 429, header: header("X-Ratelimit-Reset", "30"), want: apierror.Error{Message: "Too Many Requests", RetryAfter: 30 * time.Second}},
	{name: "429 without a wait", status: 429, want: says("", "", "Too Many Requests")},
	{name: "503 with a wait", status: 503, header: header("Retry-After", "120"), want: apierror.Error{Message: "Service Unavailable", RetryAfter: 2 * time.Minute, Kind: client.ErrUnavailable}},
	{name: "an absurd wait", status: 503, header: header("Retry-After", "-1e99"), want: down("", "Service Unavailable")},

	// What looks like a token.
	{name: "a JWT", status: 401, typed: jsonType, body: `{"message":"bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln now"}`, want: says("", "", "bad [redacted] now")},
	{name: "a bearer", status: 401, typed: jsonType, body: `{"message":"cannot take Bearer abcdef0123456789"}`, want: says("", "", "cannot take [redacted]")},
	{name: "an opaque word", status: 401, typed: jsonType, body: `{"message":"no ` + strings.Repeat("a1", 24) + `"}`, want: says("", "", "no [redacted]")},
}
