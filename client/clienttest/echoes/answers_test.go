package echoes_test

import (
	"fmt"
	"net/http"
	"strings"
)

// answer is what a server answers to a login: echo is the secret as the server repeats it.
type answer struct {
	name string
	raw  func(echo string) string
	key  bool // the echo is the name of a field
	wire bool // the echo is outside of a body
}

// place is where in a body an echo stands: %s is a phrase with it. Status 0: each status of a failure.
type place struct {
	name, contentType, body string
	status                  int
	in                      func(string) string // how the body's format writes a text
	key                     bool                // it is the name of a field
}

const (
	jsonType = "application/json"
	textType = "text/plain; charset=utf-8"
	htmlType = "text/html; charset=utf-8"
)

// places are the shapes of frameworks, and others.
var places = []place{
	{name: "message", contentType: jsonType, body: `{"message":%s}`, in: quoted},
	{name: "error", contentType: jsonType, body: `{"error":%s}`, in: quoted},
	{name: "RFC 6749", contentType: jsonType, body: `{"error":"invalid_grant","error_description":%s}`, in: quoted},
	{name: "code", contentType: jsonType, body: `{"code":%s,"message":"Nope"}`, in: quoted},
	{name: "Laravel", contentType: jsonType, body: `{"message":"The given data was invalid.","errors":{"password":[%s]}}`, in: quoted},
	{name: "field's name", contentType: jsonType, body: `{"errors":{%s:["is bad"]}}`, in: quoted, key: true},
	{name: "Django", contentType: jsonType, body: `{"non_field_errors":[%s]}`, in: quoted},
	{name: "FastAPI", contentType: jsonType, body: `{"detail":[{"loc":["body","password"],"msg":%s,"type":"value_error"}]}`, in: quoted},
	{name: "FastAPI's place", contentType: jsonType, body: `{"detail":[{"loc":["body",%s],"msg":"field required"}]}`, in: quoted, key: true},
	{name: "RFC 9457", contentType: "application/problem+json", body: `{"title":"Bad","detail":%s,"status":400}`, in: quoted},
	{name: "JSON:API", contentType: jsonType, body: `{"errors":[{"title":"Bad","detail":%s,"source":{"pointer":"/data/attributes/password"}}]}`, in: quoted},
	{name: "list", contentType: jsonType, body: `[%s]`, in: quoted},
	{name: "text", contentType: jsonType, body: `%s`, in: quoted},
	{name: "plain text", contentType: textType, body: `%s`, in: plain},
	{name: "plain text called HTML", contentType: htmlType, body: `%s`, in: plain},
	{name: "page", contentType: htmlType, body: `<!doctype html><html><body><p>%s</p></body></html>`, in: plain},
	{name: "XML", contentType: "application/xml", body: `<?xml version="1.0"?><error><message>%s</message></error>`, in: plain},
	{name: "token_type", contentType: jsonType, body: `{"token_type":%s}`, in: quoted, status: http.StatusOK},
	{name: "token_type of a token", contentType: jsonType, body: `{"access_token":"t\u0001","token":"t\u0001","authorization":{"token":"t\u0001"},"token_type":%s}`, in: quoted, status: http.StatusOK},
	{name: "another field of a success", contentType: jsonType, body: `{"user":%s}`, in: quoted, status: http.StatusOK},
	{name: "message of a success", contentType: jsonType, body: `{"message":%s}`, in: quoted, status: http.StatusOK},
	{name: "name of a success", contentType: jsonType, body: `{%s:1}`, in: quoted, status: http.StatusOK, key: true},
	{name: "plain text of a success", contentType: textType, body: `%s`, in: plain, status: http.StatusOK},
}

// phrases are how a service speaks of what it repeats.
var phrases = []string{
	"%s", "Wrong password: %s", "Wrong password %s for me@example.com", `The value "%s" has another form`, "%s is not known here",
	"Password %s is incorrect", "'%s' is too short", "Too many login attempts with %s", "no luck <b>%s</b>",
}

var statuses = []int{400, 401, 403, 404, 409, 422, 423, 429, 500, 503}

// lines are echoes outside of a body.
var lines = []string{
	"HTTP/1.1 401 %s\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 400 Bad %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/%s\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 302 Found\r\nLocation: http://%s.example/\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 307 X\r\nLocation: /login?with=%s\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 303 X\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"%s\"\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 429 X\r\nX-Message: %s\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nSet-Cookie: session=%s\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: 2\r\n\r\n[]",
	"HTTP/1.1 2%s OK\r\n\r\n",
	"%s\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX %s\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: x%s\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: x%s\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx%s\r\n{}\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4000\r\n\r\nno gzip: %s",
}

// answers returns all of them.
func answers() (all []answer) {
	for _, p := range places {
		for _, phrase := range phrases {
			if p.key && phrase != "%s" {
				break
			}
			for _, status := range statuses {
				if p.status != 0 {
					status = p.status
				}
				all = append(all, answer{
					name: fmt.Sprintf("%d, %s, %s", status, p.name, phrase), key: p.key,
					raw: func(echo string) string {
						body := fmt.Sprintf(p.body, p.in(fmt.Sprintf(phrase, echo)))
						return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", status, p.contentType, len(body), body)
					},
				})
				if p.status != 0 {
					break
				}
			}
		}
	}
	for _, line := range lines {
		all = append(all, answer{
			name: strings.TrimSpace(line), wire: true, raw: func(echo string) string { return fmt.Sprintf(line, oneLine.Replace(echo)) },
		})
	}
	return all
}

var oneLine = strings.NewReplacer("\r", "", "\n", "")
