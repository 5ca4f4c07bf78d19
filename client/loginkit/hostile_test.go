package loginkit_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

const hostileSecret = `c0rrect "horse" & battery`

// values are what a back end may put where another value belongs. Many echo the secret.
func values() []string {
	echo := `"you sent c0rrect \"horse\" & battery"`
	return []string{
		`null`, `true`, `0`, `-1`, `1e999`, strings.Repeat("9", 5000), `""`, `"\u0000\u001b[31m\u202e"`, "\"\xff\xfe\x80\"", `"\ud800"`,
		`"` + strings.Repeat("é", 5000) + `"`, echo, `[]`, `{}`, `[null]`, `[[[]]]`, `[` + echo + `,` + echo + `]`, `{"":` + echo + `}`,
		`{"c0rrect \"horse\" & battery":` + echo + `}`, `{"password":[` + echo + `],"input":` + echo + `}`,
		`[{"loc":["body",` + echo + `],"msg":` + echo + `,"input":` + echo + `}]`,
		`[{"loc":{"a":1},"msg":{},"path":[[],{}],"source":[],"constraints":[]}]`,
		`[{"source":{"pointer":` + echo + `},"detail":` + echo + `}]`, `{"code":{},"message":[],"error":{"error":{}}}`,
		`{"code":` + echo + `,"message":` + echo + `,"error":` + echo + `}`,
		strings.Repeat(`{"message":`, 9000) + echo + strings.Repeat(`}`, 9000),
		strings.Repeat(`{"errors":[`, 4000) + echo + strings.Repeat(`]}`, 4000),
		strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000),
		`[` + strings.Repeat(`"no",`, 200_000) + `"no"]`, `[` + strings.Repeat(`{"msg":"no"},`, 70_000) + `{}]`,
		`{` + strings.Repeat(`"a":["no"],`, 90_000) + `"b":[]}`,
	}
}

// tree returns an object of objects of fields, all of which are at fault.
func tree(depth int, name string) string {
	if depth == 0 {
		return `"` + name + `"`
	}
	fields := make([]string, 16)
	for i := range fields {
		fields[i] = fmt.Sprintf(`"%x":%s`, i, tree(depth-1, fmt.Sprintf("%s%x", name, i)))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// names are fields that are looked at.
var names = []string{
	"errors", "message", "msg", "detail", "title", "error", "error_description", "details", "violations", "issues",
	"invalid-params", "non_field_errors", "code", "extensions", "token", "access_token", "username",
}

// Whatever a service answers, nothing panics, errors are one short line, and they do not hold the secret.
func TestT6HostileAnswers(t *testing.T) {
	var bodies []string
	for _, v := range values() {
		if bodies = append(bodies, v); len(v) > 5000 {
			bodies = append(bodies, `{"errors":`+v+`}`, `{"message":"no","detail":`+v+`}`)
			continue
		}
		bodies = append(bodies, "\xef\xbb\xbf"+v, v+v, v[:len(v)/2], utf16LE(v))
		for i, name := range names { // alone, as the second of its name, or beside a code
			bodies = append(bodies, []string{`{`, `{"` + name + `":"no",`, `{"code":"a_b",`}[i%3]+`"`+name+`":`+v+`}`)
		}
		bodies = append(bodies, `{"errors":{"password":`+v+`}}`, `{"error":{"errors":`+v+`}}`, `{"detail":{"message":`+v+`}}`)
	}
	bodies = append(bodies, "", "\xef\xbb\xbf", "\xff\xfe", "\xff", "<", "<!--", "<!", "<?", hostileSecret, "you sent "+hostileSecret,
		`{"errors":`+tree(4, "")+`}`, "<!-- "+strings.Repeat("-- ", 300_000), strings.Repeat("<!---->", 100_000), strings.Repeat(" ", 1<<20), "\x00"+hostileSecret)
	others := []int{0, 302, 400, 401, 404, 429, 503}
	for i, body := range bodies {
		statuses := []int{200, 422, others[i%len(others)]}
		if len(body) > 5000 { // one status each will do
			statuses = statuses[i%3:][:1]
		}
		for _, status := range statuses {
			resp := response(status, body)
			resp.Header.Set("Location", "/"+hostileSecret+"/\x00?"+hostileSecret)
			answer, err := loginkit.Attempt{Service: "own", Method: "password", Secret: hostileSecret}.Read(resp, nil)
			if err != nil {
				wantLine(t, err, hostileSecret) // it is larger than 1 MiB
				continue
			}
			wantHarmless(t, answer)
		}
	}
}

// wantHarmless makes every error of an answer, and calls every method.
func wantHarmless(t *testing.T, answer *loginkit.Answer) {
	t.Helper()
	errs := []error{answer.Unrecognized(), answer.Failure(client.ErrInvalidCredentials), answer.Failure(nil)}
	_, err := answer.Token(client.TokenResponse{})
	errs = append(errs, err)
	var body struct {
		Token   string
		Message string
		Errors  map[string][]string
	}
	if err := answer.Decode(&body); err != nil {
		errs = append(errs, err)
	}
	if token, err := answer.Token(client.TokenResponse{Value: answer.Text("token"), ExpiresAt: answer.Time("token")}); err != nil {
		errs = append(errs, err)
	} else if !strings.Contains(string(answer.Body), token.Value()) {
		t.Errorf("a token out of nowhere: %q", token.Value())
	}
	_, _, _ = answer.Number("code"), answer.Seconds("code"), answer.Contains("no")
	for _, err := range errs {
		e, ok := errors.AsType[*client.LoginError](err)
		if !ok {
			t.Fatalf("%T; want a *LoginError", err)
		}
		text := fmt.Sprintf("%v %#v %v", err, *e, e.Err)
		for _, echo := range []string{hostileSecret, `c0rrect \"horse`, `c0rrect+%22horse`, `c0rrect%20%22horse`, "battery"} {
			if strings.Contains(text, echo) {
				t.Errorf("HTTP %d %.300q: the secret is in %s", answer.Status, answer.Body, text)
			}
		}
		wantLine(t, err, hostileSecret)
		for _, part := range []string{e.Code, e.Field, e.Message} {
			if len([]rune(part)) > 201 {
				t.Errorf("%d characters: %s", len([]rune(part)), part)
			}
		}
	}
}

func FuzzT6Answer(f *testing.F) {
	for _, shape := range shapes {
		f.Add(shape.status, shape.body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		answer, err := loginkit.Attempt{Service: "own", Secret: "battery staple"}.Read(response(status, body), nil)
		if err != nil {
			return
		}
		for _, err := range []error{answer.Unrecognized(), answer.Failure(nil)} {
			wantLine(t, err, "battery staple")
		}
		if _, err := answer.Token(client.TokenResponse{}); !errors.Is(err, client.ErrUnexpectedResponse) {
			t.Error(err)
		}
		_, _, _, _ = answer.Text("token"), answer.Time("expires_at"), answer.Seconds("expires_in"), answer.Number("id")
		_ = answer.Decode(&struct{ Token string }{})
	})
}

// A page, a text and a list are no place for a token.
func TestAnswerWithoutAnObjectHasNoFields(t *testing.T) {
	for _, body := range []string{"<html>", "token", `["token"]`, `"token"`, `7`, ``} {
		answer := read(t, http.StatusOK, body, "")
		if answer.Text("token") != "" || answer.Number("token") != "" || answer.Seconds("token") != 0 || !answer.Time("token").IsZero() {
			t.Errorf("%s has a field", body)
		}
	}
}

// A text is cut, or what could be a token is taken out of it, and no half of the secret stays.
func TestT6SecretIsNotCutInHalf(t *testing.T) {
	const secret = "correct horse 1 battery staple"
	for pad := range 210 {
		echo := strings.Repeat("x", pad) + secret + strings.Repeat("y", 50)
		for _, shape := range []string{
			`{"message":"%[1]s"}`, `{"message":"no","errors":["%[1]s"]}`, `{"error":"%[1]s","error_description":"no"}`, `{"code":"%[1]s"}`,
			`{"errors":{"a":"%[1]s","b":"%[1]s ","c":"%[1]s  "}}`, `{"errors":{"a":["%[1]s"],"b":["%[1]s "],"c":["%[1]s  "]}}`,
			`{"errors":[{"field":"a","msg":"%[1]s"},{"field":"b","msg":"%[1]s"}]}`, `{"errors":[{"field":"%[1]s","msg":"no"}]}`,
			`{"errors":{"%[1]s":["no"]}}`, `{"detail":[{"loc":["%[1]s"],"msg":"no"}]}`,
			`{"errors":[{"property":"a","constraints":{"b":"%[1]s"}},{"property":"c","constraints":{"b":"%[1]s"}}]}`,
		} {
			for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
				text := fmt.Sprint(read(t, status, fmt.Sprintf(shape, echo), secret).Failure(nil))
				for _, part := range []string{"corr", "horse", "battery", "staple"} {
					if strings.Contains(text, part) {
						t.Fatalf("HTTP %d, "+shape+": %s", status, echo, text)
					}
				}
			}
		}
	}
}
