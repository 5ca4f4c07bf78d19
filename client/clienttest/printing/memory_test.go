package printing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// fleeting returns a secret that lies nowhere until this is called.
func fleeting(n int) string {
	return strings.Join([]string{"fleeting", fmt.Sprint(n), "secret", "4711"}, "-")
}

func fleetingSecret(n int) client.Secret {
	return func(context.Context) (string, error) { return fleeting(n), nil }
}

// answering is a service that reads a login's body, keeps nothing, and gives an answer.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, req.Body)
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(a.body)), Request: req,
	}, errors.Join(err, req.Body.Close())
}

// When a login is over, its secret is nowhere in memory, whether there is a token, a refusal or a pause.
func TestT6SecretIsKeptNoLongerThanItsLogin(t *testing.T) {
	const mail = "me@own.example"
	n := 0
	next := func() client.Secret { n++; return fleetingSecret(n) }
	var kept []any
	for answer, wantErr := range map[answering]bool{
		{200, `{"access_token":"t","token":"t","authorization":{"token":"t"}}`}: false,
		{401, `{"message":"no"}`}: true,
		{503, `{}`}:               true,
	} {
		for _, login := range []client.Login{
			becard.Password{BaseURL: "https://own.example", Email: mail, Password: next()},
			bezala.Password{Email: mail, Password: next()},
			bezala.Google{Email: mail, AccessToken: next()},
			bleepay.EmailPassword{Email: mail, Password: next()},
			formlogin.Password{
				BaseURL: "https://own.example", Username: "me", Password: next(),
				ExtraSecrets: map[string]client.Secret{"client_secret": next()},
			},
		} {
			c, err := client.New(login, client.WithTransport(answer), client.WithTokenStore(&clienttest.MemoryStore{}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Token(t.Context())
			if (err != nil) != wantErr {
				t.Fatalf("%T: %v", login, err)
			}
			kept = append(kept, c, err)
		}
	}
	held := fleeting(0)
	found := inMemory(t, n)
	runtime.KeepAlive(kept)
	if runtime.KeepAlive(held); !found[0] {
		t.Error("a secret that is held is not found: this test tells nothing")
	}
	for i := range n {
		if found[i+1] {
			t.Errorf("the secret %d of %d is kept", i+1, n)
		}
	}
}

// inMemory reports which of the secrets from 0 to n are anywhere in the memory that is in use.
func inMemory(t *testing.T, n int) map[int]bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "heap")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for range 3 { // what pools hold goes with the second one
		runtime.GC()
	}
	debug.WriteHeapDump(file.Fd())
	dump, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]bool{}
	for i := range n + 1 {
		found[i] = bytes.Contains(dump, []byte(fleeting(i)))
	}
	return found
}
