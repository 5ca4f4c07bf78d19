package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

const (
	marker = "s3cr3t" // part of every value that is sent, and of no violation
	form   = "application/x-www-form-urlencoded"
	asJSON = "application/json"
	long   = marker + "-0123456789-0123456789-0123456789"
)

type violation struct {
	service, path, contentType, body string
	status                           int
	answer                           string
	fault                            string // after "<service>: POST <path>: "
}

var violations = []violation{
	{"becard", "/v1/auth/login", asJSON, `{"password":"s3cr3t"}`,
		500, `{"message":"Undefined array key \"email\"","exception":"ErrorException"}`, "body /email: required"},
	{"becard", "/v1/auth/login", asJSON, `{"email":"s3cr3t"}`,
		500, `{"message":"Undefined array key \"password\"","exception":"ErrorException"}`, "body /password: required"},
	{"becard", "/v1/auth/login", asJSON, `{}`,
		500, `{"message":"Undefined array key \"email\"","exception":"ErrorException"}`,
		"body /email: required; body /password: required"},
	{"becard", "/v1/auth/login", asJSON, ``,
		500, `{"message":"Undefined array key \"email\"","exception":"ErrorException"}`, "body is missing"},
	{"becard", "/v1/auth/login", asJSON, `{"email":["s3cr3t"],"password":"s3cr3t"}`,
		422, `{"message":"Access data do not match!"}`, "body /email: type string"},
	{"becard", "/v1/auth/login", asJSON, `{"email":null,"password":"s3cr3t"}`,
		422, `{"message":"Access data do not match!"}`, "body /email: type string"},
	{"becard", "/v1/auth/login", asJSON, `{"email":"s3cr3t"`,
		500, `{"message":"Undefined array key \"email\"","exception":"ErrorException"}`, "body cannot be decoded"},
	{"becard", "/v1/auth/login", asJSON, `"s3cr3t"`,
		500, `{"message":"Undefined array key \"email\"","exception":"ErrorException"}`, "body /: type object"},
	{"becard", "/v1/auth/login", form, `email=s3cr3t&password=s3cr3t`,
		500, `{"message":"Undefined array key \"email\"","exception":"ErrorException"}`,
		"header Content-Type must be application/json"},
	{"becard", "/v1/auth/login", "", `{"email":"s3cr3t","password":"s3cr3t"}`,
		422, `{"message":"Access data do not match!"}`, "header Content-Type must be application/json"},
	{"becard", "/v1/auth/login", asJSON, `{"email":"s3cr3t","password":"s3cr3t","Email":5}`,
		422, `{"message":"Access data do not match!"}`, ""},

	{"bezala", "/api/auth/token", asJSON, `{"email":"s3cr3t"}`,
		401, `{"error":"Invalid email or password."}`, "body /password: required"},
	{"bezala", "/api/auth/token", asJSON, `{"email":"s3cr3t","password":7}`,
		401, `{"error":"Invalid email or password."}`, "body /password: type string"},
	{"bezala", "/api/auth/google/token", asJSON, `{"email":"s3cr3t","password":"s3cr3t"}`,
		401, `{"error":"Invalid email or password."}`, "body /google_access_token: required"},
	{"bezala", "/api/auth/microsoft/token", asJSON, `{"microsoft_access_token":"s3cr3t"}`,
		401, `{"error":"Invalid email or password."}`, "body /email: required"},
	{"bezala", "/api/auth/okta/token", asJSON, `{"email":"s3cr3t","okta_access_token":"s3cr3t"}`,
		401, `{"error":"Invalid email or password."}`, "body /company_name: required; body /okta_url: required"},

	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"data":{"email":"s3cr3t","password":"s3cr3t"}}`,
		400, `{"code":"invalid_type","message":"The type field is missing or unsupported"}`, "body /type: discriminator"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"type":"s3cr3t","data":{"email":"s3cr3t","password":"s3cr3t"}}`,
		400, `{"code":"invalid_type","message":"The type field is missing or unsupported"}`, "body /type: discriminator"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"type":5,"data":{}}`,
		400, `{"code":"invalid_type","message":"The type field is missing or unsupported"}`, "body /type: discriminator"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `s3cr3t`,
		400, `{"code":"invalid_type","message":"The type field is missing or unsupported"}`, "body cannot be decoded"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"type":"email-password"}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`, "body /data: required"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"type":"email-password","data":{"email":"u@s3cr3t","password":"s3cr3t"}}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`, "body /data/password: minLength 8"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON,
		`{"type":"email-password","data":{"email":"u","password":"` + strings.Repeat(marker, 43) + `"}}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`,
		"body /data/email: minLength 3; body /data/password: maxLength 256"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"type":"mobile-device","data":{"installationId":"s3cr3t","password":"` + long + `"}}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`, "body /data/installationId: minLength 32"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON, `{"type":"resource","data":{"resource":"s3cr3t"}}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`,
		"body /data/resource: pattern ^voucher::context::code::.+$"},
	{"bleepay", "/api/v1/auth/sign-in", asJSON,
		`{"type":"resource","data":{"resource":"voucher::context::code::s3cr3t"},"Type":"s3cr3t"}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`, ""},
	{"bleepay", "/api/v1/auth/sign-up", asJSON, `{"type":"resource","data":{"resource":"voucher::context::code::s3cr3t"}}`,
		400, `{"code":"invalid_type","message":"The type field is missing or unsupported"}`, "body /type: discriminator"},
	{"bleepay", "/api/v1/auth/sign-up", asJSON, `{"type":"mobile-device","data":{"installationId":"` + long + `","password":"` + long +
		`","platform":"s3cr3t","challenge":"s3cr3t","assertionToken":""}}`,
		400, `{"code":"invalid_request","message":"Invalid request"}`,
		"body /data/assertionToken: minLength 1; body /data/challenge: minLength 48; body /data/platform: enum"},

	{"formlogin", "/auth/login", form, `password=s3cr3t`,
		422, `{"detail":[{"type":"missing","loc":["body","username"],"msg":"Field required","input":{"password":"s3cr3t"}}]}`,
		"body /username: required"},
	{"formlogin", "/auth/login", form + "; charset=utf-8", `username=s3cr3t&grant_type=password`,
		422, `{"detail":[{"type":"missing","loc":["body","password"],"msg":"Field required",` +
			`"input":{"grant_type":"password","username":"s3cr3t"}}]}`,
		"body /password: required"},
	{"formlogin", "/auth/login", asJSON, `{"username":"s3cr3t","password":"s3cr3t"}`,
		422, `{"detail":[{"type":"missing","loc":["body","username"],"msg":"Field required","input":{}},` +
			`{"type":"missing","loc":["body","password"],"msg":"Field required","input":{}}]}`,
		"header Content-Type must be application/x-www-form-urlencoded"},
	{"formlogin", "/auth/login", form, ``,
		422, `{"detail":[{"type":"missing","loc":["body","username"],"msg":"Field required","input":{}},` +
			`{"type":"missing","loc":["body","password"],"msg":"Field required","input":{}}]}`,
		"body is missing"},
}

func TestViolations(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		for _, v := range violations {
			if v.service != w.name {
				continue
			}
			before := len(w.Violations())
			got := w.do(w.request("POST", v.path, v.contentType, v.body))
			if got.status != v.status || got.body != v.answer {
				t.Errorf("%s %s\n got %d %s\nwant %d %s", v.path, v.body, got.status, got.body, v.status, v.answer)
			}
			var want []string
			if v.fault != "" {
				want = []string{v.service + ": POST " + v.path + ": " + v.fault}
			}
			if found := texts(w.Violations()[before:]); !slices.Equal(found, want) {
				t.Errorf("%s\n got %q\nwant %q", v.body, found, want)
			}
		}
		if c := w.Counts(); c.Violations != len(w.Violations()) || c.Logins+c.Refused+c.RateLimited > 0 {
			t.Errorf("%+v", c)
		}
	})
}

func texts(errs []error) (texts []string) {
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return texts
}

func TestViolationsOfRoute(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		login := w.logins[w.Accounts()[0].Method]
		for _, c := range []struct {
			method, path string
			status       int
			allow        string
		}{
			{"POST", "/" + marker, 404, ""},
			{"GET", login + "/" + marker, 404, ""},
			{"GET", w.resource + marker, 404, ""},
			{"POST", login + "/", 404, ""},
			{"POST", "/" + login, 404, ""},
			{"POST", fmt.Sprintf("%s%%%02x", login[:len(login)-1], login[len(login)-1]), 404, ""},
			{"GET", login + "?password=" + marker, 405, "POST"},
			{"DELETE", w.resource, 405, "GET"},
			{marker, login, 405, "POST"},
		} {
			got := w.do(w.request(c.method, c.path, asJSON, `{"password":"`+marker+`"}`))
			if got.status != c.status || got.header.Get("Allow") != c.allow || strings.Contains(got.body, marker) {
				t.Errorf("%s %s: %d Allow %q %s", c.method, c.path, got.status, got.header.Get("Allow"), got.body)
			}
		}
		want := slices.Concat(
			slices.Repeat([]string{w.name + ": no such route: unknown path"}, 6),
			[]string{
				w.name + ": " + login + ": method must be POST",
				w.name + ": " + w.resource + ": method must be GET",
				w.name + ": " + login + ": method must be POST",
			},
		)
		if got := texts(w.Violations()); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		w.wantCounts(sandbox.Counts{Requests: 9, Violations: 9})
	})
}

func TestTooLargeBody(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		login := w.logins[w.Accounts()[0].Method]
		got := w.do(w.request("POST", login, asJSON, strings.Repeat(marker, 1+1<<20/len(marker))))
		if got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d %s", got.status, got.body)
		}
		if want := []string{w.name + ": POST " + login + ": body is larger than 1 MiB"}; !slices.Equal(texts(w.Violations()), want) {
			t.Error(w.Violations())
		}
	})
}

func TestLoginsMustAcceptJSON(t *testing.T) {
	for accept, ok := range map[string]bool{
		"application/json":                       true,
		"text/html, application/json;q=0.9, */*": true,
		"Application/JSON; charset=utf-8":        true,
		"":                                       false,
		"*/*":                                    false,
		"application/*":                          false,
		"application/jsonx":                      false,
	} {
		everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
			req := w.loginRequest(w.Accounts()[0])
			req.Header["Accept"] = []string{accept}
			if accept == "" {
				req.Header.Del("Accept")
			}
			got := w.do(req)
			if got.status != 200 {
				t.Errorf("%q: %d", accept, got.status)
			}
			token := w.token(t, got.body)
			resource := w.request("GET", w.resource, "", "")
			resource.Header.Del("Accept")
			resource.Header.Set("Authorization", "Bearer "+token)
			w.do(resource) // only logins must

			var want []string
			if !ok {
				want = []string{w.name + ": POST " + req.URL.Path + ": header Accept must name application/json"}
			}
			if got := texts(w.Violations()); !slices.Equal(got, want) {
				t.Errorf("%q: %q", accept, got)
			}
		})
	}
}

func TestOnViolation(t *testing.T) {
	var seen []error
	w := newWorld(t, service(t, "becard"), sandbox.Config{OnViolation: func(err error) { seen = append(seen, err) }})
	w.mustLogin()
	w.do(w.request("POST", "/v1/auth/login", asJSON, "{}"))
	w.do(w.request("PUT", "/v1/cards", "", ""))
	if len(seen) != 2 || fmt.Sprint(seen) != fmt.Sprint(w.Violations()) {
		t.Errorf("%v, recorded %v", seen, w.Violations())
	}
}

// A violation must not repeat a value, whatever is wrong with the request.
func TestNoViolationHoldsAValue(t *testing.T) {
	for _, v := range violations {
		w := newWorld(t, service(t, v.service), sandbox.Config{})
		w.do(w.request("POST", v.path, v.contentType, v.body))
		w.do(w.request("POST", v.path+"?x="+marker, marker+"/"+marker, v.body))
		w.do(w.request("GET", "/"+marker+"?"+marker, "", v.body))
		for _, err := range w.Violations() {
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, marker) {
				t.Error(text)
			}
		}
		if len(w.Violations()) < 2 {
			t.Errorf("%s: %q", v.body, w.Violations())
		}
	}
}
