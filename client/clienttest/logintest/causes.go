package logintest

import (
	"net/http"
	"strings"

	"github.com/latchkey-go/latchkey/client"
)

// HTML is the header of a page, as a server sends it.
var HTML = http.Header{"Content-Type": {"text/html; charset=utf-8"}}

const page = "<!doctype html>\n<html><head><title>Blocked</title></head><body>No.</body></html>"

// everywhere has the answers that mean the same at all services.
var everywhere = []Cause{
	{"page with status 400", Response{400, HTML, page}, Failure{Kind: client.ErrUnavailable}},
	{"page with status 401", Response{401, HTML, page}, Failure{Kind: client.ErrUnavailable}},
	{"page with status 403", Response{403, HTML, page}, Failure{Kind: client.ErrUnavailable}},
	{"page with status 422", Response{422, HTML, page}, Failure{Kind: client.ErrUnavailable}},
	{"page that is called JSON", Response{403, nil, "\n " + page}, Failure{Kind: client.ErrUnavailable}},
	{"page with status 500", Response{500, HTML, page}, Failure{Kind: client.ErrUnavailable}},

	{"500 without a body", Response{500, http.Header{}, ""}, Failure{Kind: client.ErrUnavailable}},
	{"500 with a list", Response{500, nil, `[]`}, Failure{Kind: client.ErrUnavailable}},
	{"500 with null", Response{500, nil, `null`}, Failure{Kind: client.ErrUnavailable}},
	{"500 with a message", Response{500, nil, `{"message": "boom"}`},
		Failure{Kind: client.ErrUnavailable, Message: "boom"}},
	{"502 of a gateway", Response{502, nil, `{"message": "bad gateway"}`},
		Failure{Kind: client.ErrUnavailable, Message: "bad gateway"}},
	{"503 with fields of odd types", Response{503, nil, `{"error": 7, "message": [null], "code": {}, "errors": true}`},
		Failure{Kind: client.ErrUnavailable}},
	{"503 that repeats the secret", Response{503, nil, `{"message": "cannot handle ` + Echo + ` now"}`},
		Failure{Kind: client.ErrUnavailable, Message: "[redacted]"}},
	{"503 that repeats the JSON", Response{503, nil, `{"message": "cannot read ` + echoJSON + `"}`},
		Failure{Kind: client.ErrUnavailable, Message: "[redacted]"}},
	{"503 that repeats the form", Response{503, nil, `{"message": "cannot read ` + echoForm + `"}`},
		Failure{Kind: client.ErrUnavailable, Message: "[redacted]"}},
	{"503 that is the secret", Response{503, nil, `"` + Echo + `"`},
		Failure{Kind: client.ErrUnavailable, Message: "[redacted]"}},
	{"503 with control characters", Response{503, nil, `{"message": "line one\r\nline\u0000 two\u001b[31m"}`},
		Failure{Kind: client.ErrUnavailable, Message: "line one line two[31m"}},
	{"503 with a novel", Response{503, nil, `{"message": "` + strings.Repeat("é", 5000) + `"}`},
		Failure{Kind: client.ErrUnavailable, Message: strings.Repeat("é", 200) + "…"}},
	{"503 that is nested deeply", Response{503, nil, nested(`{"message":`, `"deep"`, `}`, 9000)},
		Failure{Kind: client.ErrUnavailable}},
	{"503 that is nested too deeply", Response{503, nil, nested(`{"message":`, `"deep"`, `}`, 50_000)},
		Failure{Kind: client.ErrUnavailable}},

	{"404", Response{404, nil, `{"message": "no such route"}`},
		Failure{Kind: client.ErrUnexpectedResponse, Message: "no such route"}},
	{"404 without a body", Response{404, http.Header{}, ""}, Failure{Kind: client.ErrUnexpectedResponse}},
	{"405", Response{405, nil, `{}`}, Failure{Kind: client.ErrUnexpectedResponse}},
	{"418 in plain text", Response{418, nil, "short and stout"},
		Failure{Kind: client.ErrUnexpectedResponse, Message: "short and stout"}},
	{"redirect", Response{302, http.Header{"Location": {"/login"}}, ""}, Failure{Kind: client.ErrUnexpectedResponse}},
	{"redirect that would replay the secret", Response{307, http.Header{"Location": {"https://elsewhere.example/"}}, ""},
		Failure{Kind: client.ErrUnexpectedResponse}},
	{"not modified", Response{304, http.Header{}, ""}, Failure{Kind: client.ErrUnexpectedResponse}},

	// Express and Flask call a line of text or JSON text/html.
	{"401 in plain text", Response{401, HTML, "Invalid username or password"},
		Failure{Kind: client.ErrInvalidCredentials, Message: "Invalid username or password"}},
	{"401 with JSON that is called a page", Response{401, HTML, `{"message": "no"}`},
		Failure{Kind: client.ErrInvalidCredentials, Message: "no"}},
	{"401 without a body", Response{401, http.Header{}, ""}, Failure{Kind: client.ErrInvalidCredentials}},
	{"401 in text that repeats the secret", Response{401, HTML, "no such password: " + raw},
		Failure{Kind: client.ErrInvalidCredentials, Message: "[redacted]"}},
	{"403 in plain text", Response{403, HTML, "Forbidden by policy"},
		Failure{Kind: client.ErrUnexpectedResponse, Message: "Forbidden by policy"}},
	{"422 in plain text", Response{422, HTML, "no"}, Failure{Kind: client.ErrInvalidInput, Message: "no"}},
	{"422 that is no JSON", Response{422, nil, "{"}, Failure{Kind: client.ErrInvalidInput}},
	{"422 about the password", Response{422, nil,
		`{"message": "These credentials do not match our records.",
		"errors": {"email": ["These credentials do not match our records."]}}`},
		Failure{client.ErrInvalidCredentials, "", "These credentials do not match our records.", "email"}},
	{"invalid_client", Response{401, nil, `{"error": "invalid_client", "error_description": "Client authentication failed"}`},
		Failure{Kind: client.ErrInvalidInput, Code: "invalid_client", Message: "Client authentication failed"}},
	{"unsupported_grant_type", Response{400, nil, `{"error": "unsupported_grant_type"}`},
		Failure{Kind: client.ErrInvalidInput, Code: "unsupported_grant_type"}},
	{"400 of FastAPI's kind", Response{400, nil, `{"detail": [{"loc": ["body", "grant_type"], "msg": "Field required"}]}`},
		Failure{client.ErrInvalidInput, "", "Field required", "grant_type"}},
	{"400 of Django REST", Response{400, nil, `{"password": ["This field may not be blank."], "username": ["No."]}`},
		Failure{Kind: client.ErrInvalidInput, Message: "password: This field may not be blank; username: No"}},
	{"400 of NestJS", Response{400, nil,
		`{"statusCode": 400, "message": ["email must be an email", "password should not be empty"], "error": "Bad Request"}`},
		Failure{Kind: client.ErrInvalidInput, Message: "email must be an email; password should not be empty"}},
	{"423", Response{423, nil, `{"message": "locked out"}`},
		Failure{Kind: client.ErrInvalidCredentials, Message: "locked out"}},

	{"429 that repeats the secret", Response{429, nil, `{"message": "too many tries with ` + Echo + `"}`},
		Failure{Message: "[redacted]"}},
}

// nested returns a JSON value below depth levels of arrays or objects.
func nested(before, value, after string, depth int) string {
	return strings.Repeat(before, depth) + value + strings.Repeat(after, depth)
}
