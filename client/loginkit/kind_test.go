package loginkit_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// kinds are what back ends were seen to answer, and their like: the words and spellings of refusals, what is about a
// form and no refusal, and the beginnings of pages.
var kinds = []struct {
	status int
	body   string
	kind   error
}{
	{422, `{"errors":{"email or password":["is invalid"]}}`, refused},
	{400, `{"message":"The password is invalid."}`, refused},
	{400, `{"message":"Sorry, unrecognized username or password."}`, refused},
	{400, `{"error":"invalid-credentials"}`, refused},
	{401, `{"error":"INVALID_CLIENT","error_description":"Client authentication failed"}`, input},
	{401, `{"code":"invalidClient","message":"Client authentication failed"}`, input},
	{422, `{"message":"Invalid password length"}`, input},
	{422, `{"message":"The login captcha is incorrect."}`, input},
	{422, `{"errors":{"email":["is invalid"]}}`, input},
	{401, `<form method="post"><input name="password"></form>`, unavailable},
	{422, `{"message":"Email or password is invalid"}`, refused},
	{400, `{"error":"Username or password is invalid"}`, refused},
	{400, `{"error":"The password is invalid."}`, refused},
	{400, `{"error":"The username or password you entered is not valid"}`, refused},
	{404, `{"code":101,"error":"Invalid username/password."}`, refused},
	{403, `{"code":"[jwt_auth] incorrect_password","message":"<strong>Error:</strong> The password you entered for the username <strong>me</strong> is incorrect. <a href=\"x\">Lost your password?</a>","data":{"status":403}}`, refused},
	{403, `{"code":"[jwt_auth] incorrect_password","message":"<strong>Error:</strong> The password you entered for the email address <strong>me@corp.example</strong> is incorrect. <a href=\"x\">Lost your password?</a>","data":{"status":403}}`, refused},
	{403, `{"code":"[jwt_auth] invalid_email","message":"Unknown email address. Check again or try your username.","data":{"status":403}}`, refused},
	{403, `{"code":"[jwt_auth] invalid_username","message":"<strong>Error:</strong> The username <strong>me</strong> is not registered on this site.","data":{"status":403}}`, refused},
	{400, `{"message":"User 'alice' not found"}`, refused},
	{400, `{"message":"User me@corp.example not found"}`, refused},
	{400, `{"message":"User alice2 does not exist"}`, refused},
	{400, `{"code":1001,"message":"INVALID_CREDENTIALS"}`, refused},
	{400, `{"code":"E1","error":"invalid_credentials"}`, refused},
	{400, `{"code":"BAD","errors":{"email":["invalid_credentials"]}}`, refused},
	{400, `{"error":{"code":"invalid-credentials"}}`, refused},
	{400, `{"error":"InvalidCredentials"}`, refused},
	{400, `{"message":"Bad Request","error":"Invalid email or password"}`, refused},
	{400, `{"message":"Login error","detail":"Wrong password"}`, refused},
	{400, `{"message":"","error":"Wrong password"}`, refused},
	{400, `{"status":"error","reason":"Invalid password"}`, refused},
	{400, `{"errorMessages":["Login failed"],"errors":{}}`, refused},
	{400, `{"error_message":"Invalid password"}`, refused},
	{400, `{"success":false,"data":{"message":"Invalid password"}}`, refused},
	{400, `<error><message>Invalid username or password</message></error>`, refused},
	{400, `[login] Invalid username or password`, unexpected},
	{401, `{"code":"INVALID_CLIENT","message":"Client authentication failed"}`, input},
	{401, `{"error":{"code":"invalidClient","message":"Client authentication failed"}}`, input},
	{401, `{"errors":[{"code":"invalid_client","message":"Client authentication failed"}]}`, input},
	{401, `{"errors":["invalid_client"]}`, input},
	{401, `{"code":401,"message":"invalid_client"}`, input},
	{401, `invalid_client`, input},
	{401, `{"code":"x","error":{"error":"invalid_client"}}`, input},
	{400, `{"statusCode":400,"code":"E","message":"invalid_client"}`, input},
	{422, `{"errors":{"password":["The password has an incorrect length."]}}`, input},
	{422, `{"errors":{"password":["Invalid type for password"]}}`, input},
	{422, `{"message":"Incorrect captcha for login"}`, input},
	{422, `{"errors":{"email":["Le champ email est incorrect."]}}`, input},
	{403, `{"detail":"CSRF Failed: CSRF token missing or incorrect."}`, input},
	{403, `{"error":"mfa_required","error_description":"Multifactor authentication required","mfa_token":"Fe26.2**abc"}`, input},
	{422, `{"errors":{"$.password":["Wrong password type: expected string"]}}`, input},
	{401, `<!doctypehtml><title>Login</title>`, unavailable},
	{401, `<form method="post" action="/login"><input name=u></form>`, unavailable},
	{401, `<section class="login"><h1>Please log in</h1></section>`, unavailable},
	{403, `<a href="/login">Please log in</a>`, unavailable},
	{401, "<br />\n<b>Fatal error</b>: Uncaught", unavailable},
	{401, `<font size=2>Please log in</font></html>`, unavailable},
	{401, `<frameset><frame src=/login></frameset>`, unavailable},
	{401, "\x00<html>", unavailable},
	{401, "<!-- a --!><html>", unavailable},
	{401, `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><HTML>`, unavailable},
	{401, `<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "b">]><html xmlns="x">`, unavailable},
	{401, `<html:html xmlns:html="http://www.w3.org/1999/xhtml">`, unavailable},
	{401, "\ufeff\ufeff<!doctype html><html>", unavailable},
	{401, "\n\ufeff<!doctype html><html>", unavailable},
	{400, `{"error":"Your account has been locked."}`, refused},
	{403, `{"message":"This account is disabled"}`, refused},
	{400, `{"message":"We couldn't sign you in"}`, refused},
	{400, `{"message":"We don't recognize that email"}`, refused},
	{400, `{"message":"Login details incorrect"}`, refused},
	{400, `{"message":"Your login credentials were not accepted"}`, refused},
	{404, `{"message":"No account exists for me@corp.example"}`, refused},
	{404, `{"message":"Not Found"}`, unexpected},
	{404, `<html><body>User not found</body></html>`, unexpected},
	{400, `{"message":"User pool us-1 does not exist"}`, unexpected},
	{400, `{"error":"unauthorized","error_description":"Bad client credentials"}`, input},
	{403, `{"error":"otp is required"}`, input},
	{403, `{"message":"Missing Authentication Token"}`, input},
	{422, `{"errors":{"email":["L'adresse e-mail est incorrecte."]}}`, input},
	{422, `{"errors":{"email":["Het e-mailadres is incorrect: niet gevonden"]}}`, input},
	{422, `{"errors":{"password":["Wrong encoding of password"]}}`, input},
	{403, `{"message":"Login failed: something went wrong"}`, unavailable},
	{400, `{"message":"The login service is unavailable"}`, unavailable},
}

func TestP4KindsBySpelling(t *testing.T) {
	for _, tt := range kinds {
		if err := read(t, tt.status, tt.body, "hunter2hunter2").Unrecognized(); !errors.Is(err, tt.kind) {
			t.Errorf("%d %s: %v; want %v", tt.status, tt.body, err, tt.kind)
		}
	}
}

// Some say by other statuses than 429 that there were too many logins. It is no word about the password. Some name the
// wait in words, with a 429 too.
func TestP5TooManyLoginsInWords(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		wait   time.Duration
	}{
		{422, `{"message":"Too many login attempts. Please try again in 42 seconds.","errors":{"email":["Too many login attempts. Please try again in 42 seconds."]}}`, 42 * time.Second},
		{403, `{"error":"TOO_MANY_ATTEMPTS"}`, 0},
		{400, `{"error":{"code":400,"message":"TOO_MANY_ATTEMPTS_TRY_LATER"}}`, 0},
		{403, `{"detail":"Too many failed login attempts, your account is locked for 30 minutes"}`, 30 * time.Minute},
		{401, `Too many requests`, 0},
		{429, `{"message":"The given data was invalid.","errors":{"email":["Too many login attempts. Please try again in 6 seconds."]}}`, 6 * time.Second},
		{429, `{"detail":"Request was throttled. Expected available in 42 seconds."}`, 42 * time.Second},
		{429, `{"code":429,"msg":"For security purposes, you can only request this after 42 seconds."}`, 42 * time.Second},
		{429, `Too many login attempts from this IP, please try again after 15 minutes`, 15 * time.Minute},
		{429, `{"error":"Slow down! Wait 30s."}`, 30 * time.Second},
		{429, `{"error":"Rate limit exceeded: 5 per 1 minute"}`, 0},
		{429, `{"error":"5/minute"}`, 0},
		{429, `{"message":"Try again in a minute"}`, 0},
	} {
		limit, ok := errors.AsType[*client.RateLimitError](read(t, tt.status, tt.body, "hunter2hunter2").Unrecognized())
		if !ok || limit.RetryAfter != tt.wait || limit.Named != (tt.wait > 0) {
			t.Errorf("%d %s: %#v; want a limit of %s", tt.status, tt.body, limit, tt.wait)
		}
	}
}

// What a header names counts more than words, and both more than a Quota, whatever the status.
func TestP5WaitOfAnAnswer(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusForbidden} {
		for _, tt := range []struct {
			header, body string
			wait         time.Duration
			named        bool
		}{
			{"7", `Too many requests, try again in 42 seconds`, 7 * time.Second, true},
			{"7", `Too many requests`, 7 * time.Second, true},
			{"", `Too many requests, try again in 42 seconds`, 42 * time.Second, true},
			{"", `Too many requests`, time.Minute, false},
		} {
			resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(tt.body))}
			if tt.header != "" {
				resp.Header.Set("Retry-After", tt.header)
			}
			answer, err := loginkit.Attempt{Service: "own", Quota: time.Minute}.Read(resp, nil)
			if err != nil {
				t.Fatal(err)
			}
			limit, ok := errors.AsType[*client.RateLimitError](answer.Unrecognized())
			if !ok || limit.RetryAfter != tt.wait || limit.Named != tt.named {
				t.Errorf("%d, Retry-After %q, %s: %#v; want %s, named: %t", status, tt.header, tt.body, limit, tt.wait, tt.named)
			}
		}
	}
}
