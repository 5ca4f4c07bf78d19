package printing

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

// talks is set in the child process whose requests net/http logs.
const talks = "LATCHKEY_TEST_TALKS"

// SECURITY.md says what shows a secret all the same. What no longer does is to leave that text.
func TestT6ExceptionsThatSECURITYNames(t *testing.T) {
	const secret = "an-exceptional-secret"
	if os.Getenv(talks) != "" {
		traced(t, secret)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestT6ExceptionsThatSECURITYNames$")
	child.Env = append(os.Environ(), talks+"=1", "GODEBUG=http2debug=2")
	logged, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("the child: %v, %s", err, logged)
	}
	for name, text := range map[string]string{
		"a generated struct":                     fmt.Sprint(bezalaapi.PasswordCredentials{Password: secret}),
		"an Attempt in an unexported field":      fmt.Sprintf("%+v", hidden{loginkit.Attempt{Secret: secret}}),
		"an Answer in an unexported field":       fmt.Sprintf("%s", hidden{loginkit.Answer{Body: []byte(secret)}}),
		"a TokenResponse in an unexported field": fmt.Sprintf("%+v", hidden{client.TokenResponse{Value: secret}}),
		"x/oauth2's Token":                       oauth2Token(t, secret),
		"an httptrace.ClientTrace":               traced(t, secret),
		"net/http with GODEBUG=http2debug=2":     string(logged),
	} {
		if !strings.Contains(text, secret) {
			t.Errorf("%s shows no secret: %.2000s", name, text)
		}
	}
	for token, repeats := range map[string]bool{"short-7": true, "short--8": false, secret: false} {
		if text := repeated(t, token); strings.Contains(text, token) != repeats {
			t.Errorf("an error repeats the token %s: %t; it is %s", token, !repeats, text)
		}
	}
}

// withToken returns a Client whose token is known.
func withToken(t *testing.T, token string, base http.RoundTripper) *client.Client {
	t.Helper()
	c, err := client.New(bearer.Token{
		Service: "own", BaseURL: "https://own.example", Name: "n", Token: client.Static(token),
	}, client.WithTransport(base))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func oauth2Token(t *testing.T, secret string) string {
	t.Helper()
	token, err := oauth2source.New(t.Context(), withToken(t, secret, http.DefaultTransport)).Token()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v", token)
}

// traced sends a request by HTTP/2, and returns what a ClientTrace sees of its headers.
func traced(t *testing.T, secret string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	c, err := client.New(bearer.Token{
		Service: "own", BaseURL: server.URL, Name: "n", Token: client.Static(secret),
	}, client.WithTransport(server.Client().Transport))
	if err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteHeaderField: func(name string, values []string) { fmt.Fprintln(&seen, name, values) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return seen.String()
}

// repeated returns the error of a request whose transport repeats the token.
func repeated(t *testing.T, token string) string {
	t.Helper()
	c := withToken(t, token, failing(func(req *http.Request) error {
		return errors.New("it sent " + req.Header.Get("Authorization"))
	}))
	_, err := c.HTTPClient().Do(request(t, "/"))
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

type failing func(*http.Request) error

func (f failing) RoundTrip(req *http.Request) (*http.Response, error) { return nil, f(req) }
