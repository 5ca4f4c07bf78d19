package logintest

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
)

// twins returns two secrets of the same shape, of which no service knows either.
func (w Way) twins() [2]string {
	return cmp.Or(w.Secrets, [2]string{`pw7&+% "\qé-xyz`, `kd3&+% "\wé-vub`})
}

// echoes are bodies that repeat a secret, in a form that \x01 stands for.
var echoes = []string{
	"{\"message\": \"no \x01\"}", "{\"errors\": {\"email\": [\"no \x01\"]}}", "{\"errors\": {\"\x01\": [\"no\"]}}", "{\"code\": \"\x01\"}",
	"{\"\x01\": 7}", "no \x01", "<html>\x01", "\xfe\xff\x01", "\xff\xfe\x01 ",
}

// FuzzAnswers fuzzes the answer to a login: status, header and body. It ends in a token that the body holds, or in a
// typed error of one short line. The line is the same for two secrets, so it holds nothing of a secret, in whatever
// form the answer repeats it. bodies are answers of the service.
func (w Way) FuzzAnswers(f *testing.F, bodies ...string) {
	for _, cause := range everywhere {
		if len(cause.Body) > 20_000 { // it is slow, and mutations change little of it
			continue
		}
		var head strings.Builder
		if err := cause.Header.Write(&head); err != nil {
			f.Fatal(err)
		}
		f.Add(cause.Status, strings.TrimSuffix(head.String(), "\r\n"), cause.Body)
	}
	add := func(body string, statuses ...int) {
		for _, status := range statuses {
			f.Add(status, "Content-Type: application/json\r\nRetry-After: 5\r\nLocation: /login?\x04", body)
		}
	}
	for _, body := range bodies {
		add(body, 200, 302, 400, 401, 403, 422, 429, 500)
	}
	for _, echo := range echoes {
		for form := byte(1); form <= 6; form++ {
			add(strings.ReplaceAll(echo, "\x01", string(rune(form))), 200, 422)
		}
	}
	f.Fuzz(func(t *testing.T, status int, head, body string) {
		if status < 200 || status > 599 {
			return
		}
		var tokens [2]client.Token
		var errs [2]error
		for i, secret := range w.twins() {
			said := repeating(secret)
			answer := Response{Status: status, Header: received(said.Replace(head)), Body: said.Replace(body)}
			if answer.Header == nil {
				return
			}
			synctest.Test(t, func(t *testing.T) { // in which no time passes
				tokens[i], errs[i] = w.answer(t, w.with(w.SecretField, secret), answer, reading(answer.Body))
			})
			if errs[i] == nil {
				w.checkGranted(t, tokens[i], answer)
			} else {
				w.checkRefused(t, errs[i], status)
			}
		}
		if (errs[0] == nil) != (errs[1] == nil) || errs[0] != nil && everything(errs[0]) != everything(errs[1]) {
			t.Errorf("HTTP %d %q %q: it depends on the secret whether it is\n%s\nor\n%s", status, head, body, everything(errs[0]), everything(errs[1]))
		}
	})
}

// repeating puts a secret into an answer, in place of control characters and of what stands for it in a Cause.
func repeating(secret string) *strings.Replacer {
	var percent, unicode strings.Builder
	for _, b := range []byte(secret) {
		fmt.Fprintf(&percent, "%%%02x", b)
	}
	for _, r := range secret {
		fmt.Fprintf(&unicode, `\u%04x`, r)
	}
	return strings.NewReplacer(
		raw, secret, Echo, inJSON(secret), echoJSON, inJSON(inJSON(secret)), echoForm, inJSON(url.QueryEscape(secret)),
		"\x01", inJSON(secret), "\x02", base64.StdEncoding.EncodeToString([]byte("me:"+secret)), "\x03", hex.EncodeToString([]byte(secret)),
		"\x04", percent.String(), "\x05", unicode.String(), "\x06", inJSON(strings.ToUpper(secret)),
	)
}

// received returns a header as net/http reads it off the wire, nil if it is none.
func received(head string) http.Header {
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\n"+head+"\r\n\r\n")), nil)
	if err != nil {
		return nil
	}
	_ = resp.Body.Close()
	return resp.Header
}

// checkGranted checks a token that was found in an answer.
func (w Way) checkGranted(t *testing.T, token client.Token, answer Response) {
	t.Helper()
	value := token.Value()
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) || token.Type() == "" {
		t.Errorf("a token %q of type %q", value, token.Type())
	}
	if answer.Status >= 300 {
		t.Errorf("HTTP %d gives a token", answer.Status)
	}
	var body any
	if json.Unmarshal([]byte(answer.Body), &body) == nil && !holds(body, value) {
		t.Errorf("a token %q, and it is not in %q", value, answer.Body)
	}
	if len(value) > 30 && strings.Contains(fmt.Sprintf("%v %+v %#v", token, token, token), value) {
		t.Errorf("a token %q shows itself", value)
	}
	if end, known := token.Expiry(); known && !end.After(token.Received()) {
		t.Errorf("a token of %s until %s", token.Received(), end)
	}
}

// holds reports whether any text in JSON is value.
func holds(v any, value string) bool {
	switch v := v.(type) {
	case string:
		return v == value
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return holds(element, value) })
	case map[string]any:
		for _, field := range v {
			if holds(field, value) {
				return true
			}
		}
	}
	return false
}

// checkRefused checks an error that an answer was made into.
func (w Way) checkRefused(t *testing.T, err error, status int) {
	t.Helper()
	account, _ := w.New("https://api.example.com", w.Fields, nil).Account()
	e, ok := errors.AsType[*client.LoginError](err)
	if !ok || e.Service != account.Service || e.Method != account.Method || e.Status != status {
		t.Fatalf("HTTP %d: %#v in %v", status, e, err)
	}
	limit, limited := errors.AsType[*client.RateLimitError](err)
	of := slices.DeleteFunc(slices.Clone(kinds), func(kind error) bool { return !errors.Is(err, kind) })
	switch {
	case limited:
		if limit.RetryAfter <= 0 || len(of) > 0 || status < 400 || status >= 500 {
			t.Errorf("HTTP %d: %v of kinds %v, after %s", status, err, of, limit.RetryAfter)
		}
	case len(of) != 1, status == 429, status < 400 && of[0] != client.ErrUnexpectedResponse: //nolint:errorlint // it is one of kinds
		t.Errorf("HTTP %d: %v of kinds %v", status, err, of)
	}
	if text := err.Error(); len(text) > 2000 {
		t.Errorf("%d characters: %s", len(text), text)
	}
	login{Service{Name: account.Service}, w}.checkText(t, err, map[string]string{w.SecretField: w.twins()[0]})
}

// everything prints all that an error says.
func everything(err error) string {
	var all strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&all, "%v\n", err)
		if e, ok := errors.AsType[*client.LoginError](err); ok {
			fmt.Fprintf(&all, "%q %q %q\n", e.Code, e.Field, e.Message)
		}
	}
	return all.String()
}
