package loginkit_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/latchkey-go/latchkey/client"
)

var (
	refused     = client.ErrInvalidCredentials
	input       = client.ErrInvalidInput
	unavailable = client.ErrUnavailable
	unexpected  = client.ErrUnexpectedResponse
)

// The answers of frameworks, and what becomes of them.
var shapes = []struct {
	name           string
	status         int
	body           string
	kind           error
	code           string
	field, message string
}{
	{"Laravel", 422, `{"message":"The email field is required. (and 1 more error)","errors":{"password":["The password field is required."],"email":["The email field is required."]}}`,
		input, "", "", "email: The email field is required; password: The password field is required"},
	{"Laravel, one field", 422, `{"message":"The email must be valid.","errors":{"email":["The email must be valid."]}}`, input, "", "email", "The email must be valid."},
	{"Laravel 8", 422, `{"message":"The given data was invalid.","errors":{"email":["Must be an email."]}}`, input, "", "email", "Must be an email. (The given data was invalid.)"},
	{"Laravel, wrong password", 422, `{"message":"The provided credentials are incorrect.","errors":{"email":["The provided credentials are incorrect."]}}`,
		refused, "", "email", "The provided credentials are incorrect."},
	{"Laravel, current_password", 422, `{"message":"x","errors":{"password":["The provided password is incorrect."]}}`, refused, "", "password", "The provided password is incorrect. (x)"},
	{"errors of texts", 401, `{"success":false,"message":"No.","errors":{"password":"These credentials do not match our records."}}`,
		refused, "", "password", "These credentials do not match our records. (No.)"},

	{"FastAPI", 422, `{"detail":[{"type":"missing","loc":["body","password"],"msg":"Field required","input":{"password":"hunter2hunter2"}}]}`, input, "", "password", "Field required"},
	{"FastAPI, old", 422, `{"detail":[{"loc":["body","username"],"msg":"field required","type":"value_error.missing"},{"loc":["body","password"],"msg":"field required","type":"value_error.missing"}]}`,
		input, "", "", "username: field required; password: field required"},
	{"FastAPI, no body", 422, `{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}`, input, "", "", "Field required"},
	{"FastAPI, no JSON", 422, `{"detail":[{"loc":["body",1],"msg":"Expecting property name","type":"value_error.jsondecode"}]}`, input, "", "", "Expecting property name"},
	{"FastAPI, nested", 422, `{"detail":[{"loc":["body","data",0,"email"],"msg":"bad"}]}`, input, "", "data.0.email", "bad"},
	{"FastAPI, HTTPException", 400, `{"detail":"Incorrect username or password"}`, refused, "", "", "Incorrect username or password"},
	{"FastAPI, detail object", 403, `{"detail":{"code":"LOCKED","message":"Locked out"}}`, unexpected, "LOCKED", "", "Locked out"},
	{"fastapi-users", 400, `{"detail":"LOGIN_BAD_CREDENTIALS"}`, refused, "LOGIN_BAD_CREDENTIALS", "", ""},

	{"Django REST", 400, `{"username":["This field is required."],"non_field_errors":["Unable to log in with provided credentials."]}`,
		refused, "", "", "Unable to log in with provided credentials; username: This field is required"},
	{"Django REST, fields", 400, `{"username":["This field is required."],"password":["This field may not be blank."]}`,
		input, "", "", "password: This field may not be blank; username: This field is required"},
	{"Django REST, one field", 400, `{"username":["This field is required."]}`, input, "", "username", "This field is required."},
	{"Django REST, no fields", 400, `{"non_field_errors":["User account is disabled."]}`, refused, "", "", "User account is disabled."},
	{"Django's form", 400, `{"non_field_errors":["Please enter a correct username and password. Note that both fields may be case-sensitive."]}`,
		refused, "", "", "Please enter a correct username and password. Note that both fields may be case-sensitive."},

	{"NestJS", 400, `{"statusCode":400,"message":["email must be an email","password should not be empty"],"error":"Bad Request"}`,
		input, "", "", "email must be an email; password should not be empty"},
	{"NestJS, one", 400, `{"statusCode":400,"message":["property otp should not exist"],"error":"Bad Request"}`, input, "", "", "property otp should not exist"},
	{"NestJS 6", 400, `{"statusCode":400,"error":"Bad Request","message":[{"target":{"email":"hunter2hunter2"},"property":"email","constraints":{"isEmail":"email must be an email"}}]}`,
		input, "", "email", "email must be an email"},
	{"NestJS, wrong password", 401, `{"message":"Invalid credentials","error":"Unauthorized","statusCode":401}`, refused, "", "", "Invalid credentials"},

	{"RFC 6749, invalid_grant", 400, `{"error":"invalid_grant","error_description":"Bad credentials"}`, refused, "invalid_grant", "", "Bad credentials"},
	{"RFC 6749, invalid_grant with 403", 403, `{"error":"invalid_grant"}`, refused, "invalid_grant", "", ""},
	{"RFC 6749, invalid_client", 401, `{"error":"invalid_client","error_description":"Bad client credentials"}`, input, "invalid_client", "", "Bad client credentials"},
	{"RFC 6749, invalid_client with a code", 400, `{"code":"E1","error":"invalid_client","error_description":"Bad client credentials"}`, input, "E1", "", "Bad client credentials (invalid_client)"},
	{"RFC 6749, invalid_request", 401, `{"error":"invalid_request","error_description":"username is missing"}`, input, "invalid_request", "", "username is missing"},
	{"RFC 6749, unsupported_grant_type", 400, `{"error":"unsupported_grant_type"}`, input, "unsupported_grant_type", "", ""},
	{"RFC 6749, unauthorized_client", 400, `{"error":"unauthorized_client"}`, input, "unauthorized_client", "", ""},
	{"RFC 6749, invalid_scope", 400, `{"error":"invalid_scope"}`, input, "invalid_scope", "", ""},
	{"Spring", 400, `{"error":"unauthorized","error_description":"User not found"}`, refused, "unauthorized", "", "User not found"},

	{"RFC 9457", 422, `{"type":"https://example.net/validation-error","title":"Your request is not valid.","errors":[{"detail":"must be a positive integer","pointer":"#/age"},{"detail":"must be 'green', 'red' or 'blue'","pointer":"#/profile/color"}]}`,
		input, "", "", "age: must be a positive integer; profile.color: must be 'green', 'red' or 'blue' (Your request is not valid.)"},
	{"RFC 7807", 400, `{"title":"Your request parameters didn't validate.","invalid-params":[{"name":"age","reason":"must be a positive integer"}]}`,
		input, "", "age", "must be a positive integer (Your request parameters didn't validate.)"},
	{"RFC 9457, detail", 403, `{"type":"about:blank","title":"Forbidden","status":403,"detail":"Your plan has ended."}`, unexpected, "", "", "Your plan has ended."},
	{"ASP.NET", 400, `{"title":"One or more validation errors occurred.","status":400,"errors":{"Email":["The Email field is required."]},"traceId":"00-1"}`,
		input, "", "Email", "The Email field is required. (One or more validation errors occurred.)"},

	{"Rails", 422, `{"errors":{"email":["is invalid","is too short"]}}`, input, "", "email", "is invalid, is too short"},
	{"Rails, base", 422, `{"errors":{"base":["Sorry."],"email":["can't be blank"]}}`, input, "", "", "Sorry; email: can't be blank"},
	{"Rails, full messages", 422, `{"errors":["Email is invalid","Password can't be blank"]}`, input, "", "", "Email is invalid; Password can't be blank"},
	{"Rails, wrong password", 422, `{"errors":{"password":["is incorrect"]}}`, refused, "", "password", "is incorrect"},
	{"Devise", 401, `{"error":"Invalid Email or password."}`, refused, "", "", "Invalid Email or password."},
	{"JSON:API", 422, `{"errors":[{"status":"422","code":"E_FORMAT","title":"Invalid Attribute","detail":"must have an @","source":{"pointer":"/data/attributes/email"}}]}`,
		input, "E_FORMAT", "email", "must have an @"},
	{"Grape", 400, `{"error":"username is missing, password is missing"}`, input, "", "", "username is missing, password is missing"},
	{"GraphQL", 200, `{"data":null,"errors":[{"message":"Invalid login","locations":[{"line":1}],"path":["login"],"extensions":{"code":"UNAUTHENTICATED"}}]}`,
		unexpected, "UNAUTHENTICATED", "", "Invalid login"},
	{"express-validator", 400, `{"errors":[{"type":"field","value":"hunter2hunter2","msg":"Invalid value","path":"email","location":"body"}]}`, input, "", "email", "Invalid value"},
	{"Joi", 400, `{"message":"Validation failed","details":[{"message":"\"email\" is required","path":["email"]}]}`, input, "", "email", `"email" is required (Validation failed)`},
	{"Zod", 400, `{"error":{"formErrors":[],"fieldErrors":{"email":["Required"]}}}`, input, "", "email", "Required"},
	{"Strapi", 400, `{"data":null,"error":{"status":400,"name":"ValidationError","message":"Invalid identifier or password","details":{}}}`, refused, "", "", "Invalid identifier or password"},
	{"Symfony", 401, `{"code":401,"message":"Invalid credentials."}`, refused, "", "", "Invalid credentials."},
	{"a number as code", 400, `{"code":1001,"message":"No."}`, unexpected, "1001", "", "No."},

	{"Mongoose", 400, `{"errors":[{"name":"ValidatorError","message":"No."}]}`, unexpected, "", "", "No."},
	{"nested too deeply", 400, `{"errors":{"a":{"a":{"a":{"a":{"a":{"a":{"a":"no"}}}}}}}}`, unexpected, "", "", ""},

	{"plain text", 401, "Invalid username or password\n", refused, "", "", "Invalid username or password"},
	{"plain text, 400", 400, "Bad credentials", refused, "", "", "Bad credentials"},
	{"plain text, 422", 422, "no such device", input, "", "", "no such device"},
	{"plain text, 503", 503, "upstream connect error", unavailable, "", "", "upstream connect error"},
	{"plain text, an essay", 401, strings.Repeat("no ", 400), refused, "", "", ""},
	{"XML", 401, "no", refused, "", "", "no"},
	{"broken JSON", 401, `{"message":"no`, refused, "", "", ""},
	{"a text as JSON", 401, `"no"`, refused, "", "", "no"},
	{"a list as JSON", 401, `["no","never"]`, refused, "", "", "no; never"},
	{"empty", 401, ``, refused, "", "", ""},
	{"locked", 423, `{"error":"Too many attempts"}`, refused, "", "", "Too many attempts"},

	// What is about no password is no refusal.
	{"a format", 422, `{"errors":{"email":["Invalid email format: wrong e-mail"]}}`, input, "", "email", "Invalid email format: wrong e-mail"},
	{"a short password", 422, `{"message":"Invalid password: it must have 8 characters"}`, input, "", "", "Invalid password: it must have 8 characters"},
	{"a confirmation", 422, `{"errors":{"password":["The password confirmation does not match."]}}`, input, "", "password", "The password confirmation does not match."},
	{"something went wrong", 400, `{"message":"Something went wrong with your account"}`, unavailable, "", "", "Something went wrong with your account"},
	{"no credentials", 400, `{"message":"Missing credentials"}`, input, "", "", "Missing credentials"},
	{"404 for a user", 404, `{"message":"User not found"}`, refused, "", "", "User not found"},
	{"a firewall", 403, `Forbidden by policy`, unexpected, "", "", "Forbidden by policy"},
	{"a code within a sentence", 400, `{"message":"not invalid_credentials but something else"}`, unexpected, "", "", "not invalid_credentials but something else"},
}

func TestShapesOfFailures(t *testing.T) {
	for _, tt := range shapes {
		t.Run(tt.name, func(t *testing.T) {
			err := read(t, tt.status, tt.body, "hunter2hunter2").Unrecognized()
			e, ok := errors.AsType[*client.LoginError](err)
			if !ok || !errors.Is(err, tt.kind) || e.Code != tt.code || e.Field != tt.field || e.Message != tt.message {
				t.Errorf("%#v\nwant %v, code %q, field %q, message %q", e, tt.kind, tt.code, tt.field, tt.message)
			}
			wantLine(t, err, "hunter2hunter2")
			if tt.field != "" && !strings.Contains(err.Error(), ": "+tt.field+": ") {
				t.Errorf("%v; want the field in it", err)
			}
		})
	}
}

// A secret may be a word of the answer. Its kind is the same, and the text does not hold it.
func TestT6SecretThatIsAWordOfTheAnswer(t *testing.T) {
	for secret, body := range map[string]string{
		"password": `{"message":"Invalid email or password"}`, "invalid": `{"error":"invalid_grant"}`, "Bad": `Bad credentials`,
		"required": `{"errors":{"email":["is required"]}}`, "errors": `{"errors":["The password is incorrect"]}`,
	} {
		want := read(t, http.StatusBadRequest, body, "").Unrecognized()
		err := read(t, http.StatusBadRequest, body, secret).Unrecognized()
		wantKind, _ := errors.AsType[*client.LoginError](want)
		kind, _ := errors.AsType[*client.LoginError](err)
		if !errors.Is(kind.Kind, wantKind.Kind) || strings.Contains(kind.Code+kind.Message, secret) {
			t.Errorf("%q: %v; without the secret %v", secret, err, want)
		}
	}
}

// wantLine checks that an error is one short printable line without the secret.
func wantLine(t *testing.T, err error, secret string) {
	t.Helper()
	text := err.Error()
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || len([]rune(text)) > 700 {
		t.Errorf("%d characters, or not printable: %q", len([]rune(text)), text)
	}
	if secret != "" && strings.Contains(text, secret) {
		t.Errorf("the secret is in %s", text)
	}
}

// All fields are named, however long their causes are.
func TestManyFieldsInOneLine(t *testing.T) {
	long := strings.Repeat("must be longer ", 30)
	body := `{"errors":{`
	for _, name := range []string{"a_name", "email", "otp", "password", "username"} {
		body += `"` + name + `":["` + long + `"],`
	}
	err := read(t, 422, strings.TrimSuffix(body, ",")+`}}`, "").Unrecognized()
	for _, name := range []string{"a_name: ", "email: ", "otp: ", "password: ", "username: "} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%v; want %s in it", err, name)
		}
	}
	wantLine(t, err, "")
	err = read(t, 422, `{"errors":{"a":["1`+long+`","2`+long+`","3`+long+`"]}}`, "").Unrecognized()
	if e, _ := errors.AsType[*client.LoginError](err); e.Field != "a" || len([]rune(e.Message)) != 201 {
		t.Errorf("%d characters about %s: %v", len([]rune(e.Message)), e.Field, err)
	}
	err = read(t, 422, `{"errors":{"a":["1"],"b":["2"],"c":["3"],"d":["4"],"e":["5"],"f":["6"],"g":["7"]}}`, "").Unrecognized()
	if !strings.HasSuffix(err.Error(), "a: 1; b: 2; c: 3; d: 4; e: 5; f: 6; and more") {
		t.Error(err)
	}
}
