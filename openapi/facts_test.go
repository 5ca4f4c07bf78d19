package openapi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// facts are the documents, retyped by hand in the notation of outline: every server, path, field, required mark, limit,
// value and status. The spec must say exactly the same. If a fact is not in the service's main document, a comment says
// where it comes from; a comment on an operation or a status is about the lines below too. Formats, and which fields of
// an answer are required, come from the documents' examples.
var facts = map[string]string{
	"becard": `
server {baseURL} = https://becard.example # the document names no host
security bearer
scheme bearer: http bearer

GET /v1/cards # the page Get all Card(s)
  200 application/json
    data: array, required
    data[]: object, any other field
  401 application/json # Laravel
    message: string
  429 application/json, Retry-After X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset # Laravel
    message: string
    any other field

POST /v1/auth/login without token
  request application/json, required
    email: string, required
    password: string password, required
  200 application/json
    access_token: string, required
    expires_at: string date-time, required
    session_id: string, required
  422 application/json
    errors: object, additionalProperties {"items":{"type":"string"},"type":"array"} # Laravel
    message: string, required
  429 application/json, Retry-After X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset # Laravel
    message: string
    any other field
  500 application/json
    exception: string, required
    message: string, required
`,
	"bezala": `
server https://app.bezala.com # current edition
security bearer
security token
scheme bearer: http bearer
scheme token: apiKey query token

GET /api/accounts # current edition
  200 application/json
    []: object, any other field
  401 application/json
    error: string
    any other field
  429 application/json, Retry-After
    error: string
    any other field

POST /api/auth/google/token without token
  request application/json, required
    email: string, required
    google_access_token: string password, required` + bezalaAnswers + `
POST /api/auth/microsoft/token without token
  request application/json, required
    email: string, required
    microsoft_access_token: string password, required` + bezalaAnswers + `
POST /api/auth/okta/token without token # current edition
  request application/json, required
    company_name: string, required
    email: string, required
    okta_access_token: string password, required
    okta_url: string, required` + bezalaAnswers + `
POST /api/auth/token without token
  request application/json, required
    email: string, required
    password: string password, required` + bezalaAnswers,
	"bleepay": `
server https://payments.bleepay.com
server https://sandbox.bleepay.com # the reference's page Authentication
security bearer
security apiKey # the edition of 2026-07-29, and the limits are those of 2026-08-16
scheme apiKey: apiKey header x-api-key
scheme bearer: http bearer JWT

GET /api/v1/auth/get-challenge without token # the page Get Challenge
  limit 5 in 300 s
  2XX application/json
    challenge: string, required
  429 application/json, Retry-After
    code: string
    any other field

GET /api/v1/vouchers/ # the page Query Vouchers
  limit 10 in 600 s
  200 application/json
    []: object, any other field
  401 application/json
    code: string
    any other field
  403 application/json
    code: string
    any other field
  429 application/json, Retry-After
    code: string
    any other field

POST /api/v1/auth/sign-in without token
  limit 5 in 300 s
  request application/json, required
    type = email-password
      data: object, required
      data.email: string, maxLength 128, minLength 3, required
      data.password: string password, maxLength 256, minLength 8, required
      type: string, enum ["email-password"], required
    type = mobile-device
      data: object, required
      data.installationId: string, maxLength 128, minLength 32, required
      data.password: string password, maxLength 256, minLength 32, required
      type: string, enum ["mobile-device"], required
    type = resource
      data: object, required
      data.resource: string password, maxLength 128, minLength 4, pattern "^voucher::context::code::.+$", required
      type: string, enum ["resource"], required
  2XX application/json
    authorization: object, required
    authorization.token: string, required
  400 application/json
    code: string
    any other field
  401 application/json # across the API
    code: string
    any other field
  429 application/json, Retry-After # the header is any service's
    code: string
    any other field

POST /api/v1/auth/sign-up without token # the page Sign Up
  limit 5 in 300 s
  request application/json, required
    type = email-password
      data: object, required
      data.email: string, maxLength 128, minLength 3, required
      data.password: string password, maxLength 256, minLength 8, required
      type: string, enum ["email-password"], required
    type = mobile-device
      data: object, required
      data.assertionKeyId: string, maxLength 64, minLength 32
      data.assertionToken: string, maxLength 10240, minLength 1, required
      data.challenge: string, maxLength 48, minLength 48, required
      data.installationId: string, maxLength 128, minLength 32, required
      data.password: string password, maxLength 256, minLength 32, required
      data.platform: string, enum ["ios","android"], required
      type: string, enum ["mobile-device"], required
  2XX application/json
    createdAt: string date-time, required
    id: string, required
    role: string, required
    updatedAt: string date-time, required
  400 application/json # the edition of 2026-07-29
    code: string
    any other field
  409 application/json
    code: string
    any other field
  429 application/json, Retry-After
    code: string
    any other field
`,
	"formlogin": `
server {baseURL} = https://api.example.com
security bearer
scheme bearer: http bearer

GET /users/me # a resource for the example's sake
  200 application/json
    any other field
  401 application/json
    any other field
  429 application/json, Retry-After
    any other field

POST /auth/login without token
  request application/x-www-form-urlencoded, required
    password: string password, required
    username: string, required
  2XX application/json
    access_token: string, required
    token_type: string, required
    any other field # real back ends
  400 application/json # the document: "appropriate HTTP status codes"
    any other field
  401 application/json
    any other field
  403 application/json
    any other field
  422 application/json # FastAPI
    any other field
  429 application/json, Retry-After # any back end
    any other field
`,
}

// bezalaAnswers are the same at each login of Bezala: the document shows them at the first login, and refers to it at
// the others.
const bezalaAnswers = `
  200 application/json
    receipts_email: string, required
    token: string, required
    user_id: integer int64, required
  401 application/json # current edition
    error: string, required
  403 application/json
    error: string, required
  429 application/json, Retry-After # any service
    error: string
    any other field
`

var comment = regexp.MustCompile(`(?m) +#.*$`)

func TestFacts(t *testing.T) {
	for service := range specs {
		t.Run(service, func(t *testing.T) {
			want := strings.TrimSpace(comment.ReplaceAllString(facts[service], ""))
			got := strings.TrimSpace(outline(t, load(t, service)))
			gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
			for i := range min(len(gotLines), len(wantLines)) {
				if gotLines[i] != wantLines[i] {
					t.Fatalf("line %d: the spec says\n%s\nthe document says\n%s\nThe whole spec:\n%s", i+1, gotLines[i], wantLines[i], got)
				}
			}
			if len(gotLines) != len(wantLines) {
				t.Fatalf("the spec has %d lines, the document %d. The whole spec:\n%s", len(gotLines), len(wantLines), got)
			}
		})
	}
}

// TestFactsInWords covers facts for which OpenAPI has no field.
func TestFactsInWords(t *testing.T) {
	header, err := os.ReadFile(filepath.FromSlash("testdata/" + authorizationHeader))
	if err != nil {
		t.Fatal(err)
	}
	becard, bezala, bleepay := load(t, "becard"), load(t, "bezala"), load(t, "bleepay")
	signIn := operation(t, bleepay, "POST", "/api/v1/auth/sign-in").Responses
	tests := []struct{ text, want string }{
		{becard.Info.Description, "`Accept: application/json`"},
		{becard.Components.SecuritySchemes["bearer"].Value.Description, strings.TrimSpace(string(header))},
		{bezala.Components.SecuritySchemes["bearer"].Value.Description, `"Bearer token"`},
		{bezala.Components.SecuritySchemes["token"].Value.Description, "just the token"},
		{*signIn.Value("400").Value.Description, "`invalid_credentials`"},
		{*signIn.Value("400").Value.Description, "`invalid_type`"},
		{*signIn.Value("429").Value.Description, "`rate_limit`"},
	}
	for _, test := range tests {
		if !strings.Contains(test.text, test.want) {
			t.Errorf("%s is not in\n%s", test.want, test.text)
		}
	}
}
