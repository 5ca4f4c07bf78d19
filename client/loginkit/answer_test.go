package loginkit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// A service that repeats the secret has no word in the error: those around the secret may tell it.
func TestT6FailureHoldsNoSecret(t *testing.T) {
	const secret = "correct horse battery staple"
	answer, err := loginkit.Attempt{Service: "own", Secret: secret}.Read(response(http.StatusBadRequest,
		fmt.Sprintf(`{"code":"not %[1]s","message":"you sent %[1]s"}`, secret)), nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := answer.Failure(client.ErrInvalidCredentials)
	if failed.Code != "" || failed.Message != "[redacted]" {
		t.Errorf("code %q, message %q; want none of the service's words", failed.Code, failed.Message)
	}
}

// Back ends repeat what they were sent in many spellings, and none of them is in an error.
func TestT6ErrorHoldsNoEchoOfTheSecret(t *testing.T) {
	for name, tt := range map[string]struct{ secret, echo string }{
		"as in HTML":              {`p&ss<w"rd`, `invalid password p&amp;ss&lt;w&quot;rd`},
		"as in HTML, by number":   {`it's me`, `invalid password it&#39;s me`},
		"as PHP's JSON":           {`abc/def+ghi`, `bad body {"password":"abc\/def+ghi"}`},
		"as ASCII JSON":           {`pässwort`, `bad body {"password":"p\u00e4sswort"}`},
		"as ASCII JSON, a pair":   {`key 🔑!`, `bad body {"password":"key \ud83d\udd11!"}`},
		"without its line's end":  {"hunter2hunter2\n", `wrong: hunter2hunter2`},
		"as Python's literal":     {`it's a "secret"`, `input was 'it\'s a "secret"'`},
		"as in a URL, lower case": {`a/b&c=d`, `bad form a%2fb%26c%3dd`},
		"in HTML of ASCII JSON":   {`<ü>`, `{&quot;password&quot;:&quot;\u003c\u00fc\u003e&quot;}`},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(map[string]string{"message": tt.echo})
			if err != nil {
				t.Fatal(err)
			}
			own := login{client.Static(tt.secret), func(answer *loginkit.Answer) (client.Token, error) {
				failure := answer.Failure(client.ErrInvalidCredentials)
				if failure.Message != "[redacted]" {
					t.Errorf("the message is %q", failure.Message)
				}
				return client.Token{}, &client.LoginError{
					Service: "own", Status: answer.Status, Kind: failure.Kind, Message: tt.echo,
				}
			}}
			c, err := client.New(own, client.WithTransport(respond{http.StatusUnauthorized, string(body)}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Token(t.Context())
			if !errors.Is(err, client.ErrInvalidCredentials) {
				t.Fatalf("%v; want ErrInvalidCredentials", err)
			}
			if strings.Contains(err.Error(), tt.echo) {
				t.Errorf("a Login's own words repeat it: %v", err)
			}
		})
	}
}

func TestT6WordsThatAreNoEchoStay(t *testing.T) {
	for _, secret := range []string{"hunter2", " \n", `\u00e4`, "%41"} {
		answer, err := loginkit.Attempt{Service: "own", Secret: secret}.Read(response(http.StatusUnauthorized,
			`{"message": "Wrong & <b>100 %</b> \\ no \\u00zz %zz &amp;"}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		const want = `Wrong & <b>100 %</b> \ no \u00zz %zz &amp;`
		if got := answer.Failure(nil).Message; got != want {
			t.Errorf("with the secret %q the message became %q; want %q", secret, got, want)
		}
	}
}
