package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// Back ends repeat what they were sent in many spellings, and none of them is in an error.
func TestEchoesOfTheSecret(t *testing.T) {
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
			echo := roundTripper(func(req *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body))), Request: req,
				}, nil
			})
			login := ownLogin(nil)
			login.secret = client.Static(tt.secret)
			login.login = func(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://own.example/login", nil)
				if err != nil {
					return client.Token{}, err
				}
				answer, err := loginkit.Attempt{Service: "own", Secret: secret}.Read(hc.Do(req))
				if err != nil {
					return client.Token{}, err
				}
				failure := answer.Failure(client.ErrInvalidCredentials)
				if failure.Message != "[redacted]" {
					t.Errorf("the message is %q", failure.Message)
				}
				return client.Token{}, &client.LoginError{Service: "own", Status: answer.Status, Kind: failure.Kind, Message: tt.echo}
			}
			_, err = newClient(t, login, client.WithTransport(echo)).Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
			if strings.Contains(err.Error(), tt.echo) {
				t.Errorf("a Login's own words repeat it: %v", err)
			}
		})
	}
}

func TestWordsThatAreNoEcho(t *testing.T) {
	for _, secret := range []string{"hunter2", " \n", `\u00e4`, "%41"} {
		attempt := loginkit.Attempt{Service: "own", Secret: secret}
		answer, err := attempt.Read(&http.Response{
			StatusCode: http.StatusUnauthorized, Header: http.Header{},
			Body: io.NopCloser(strings.NewReader(`{"message": "Wrong & <b>100 %</b> \\ no \\u00zz %zz &amp;"}`)),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		const want = `Wrong & <b>100 %</b> \ no \u00zz %zz &amp;`
		if got := answer.Failure(nil).Message; got != want {
			t.Errorf("with the secret %q the message became %q; want %q", secret, got, want)
		}
	}
}
