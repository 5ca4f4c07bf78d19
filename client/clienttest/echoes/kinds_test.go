package echoes_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"syscall"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
)

// words are secrets that are a word of what services, net/http or we say.
var words = append([]string{
	"Invalid", "credentials", "Bad", "Authentication", "failed", "do not match", "our records", "given data", "incorrect", "locked", "account",
	"field", "format", "required", "invalid_grant", "invalid_client", "attempts", "went wrong", "again later", "Unauthorized",
	"connection", "refused", "dial", "tcp", "certificate", "authority", "unexpected EOF", "timeout", "no such host", "lookup",
}, common...)

// TestT6KindsStayWhateverTheSecretIs logs in with secrets that are words of the answer. The service repeats nothing, so
// the kind is that of any other secret.
func TestT6KindsStayWhateverTheSecretIs(t *testing.T) {
	bodies := []string{
		`{"message":"Invalid email or password"}`, `{"error":"invalid_grant","error_description":"Bad credentials"}`,
		`{"message":"These credentials do not match our records."}`, `{"errors":["The password is incorrect"]}`, `{"detail":"Authentication failed"}`,
		`{"message":"The given data was invalid.","errors":{"email":["The email field is required."]}}`, `{"message":"Your account has been locked"}`,
		`{"error":"invalid_client"}`, `{"message":"Too many login attempts"}`, `{"message":"Something went wrong, try again later"}`,
		`Unauthorized`, `Wrong username or password.`, `<!doctype html><html><body>no</body></html>`, `[]`, `{}`,
	}
	n, lost := 0, 0
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		login := logins[name]
		t.Run(name, func(t *testing.T) {
			for _, body := range bodies {
				for _, status := range statuses[:7] { // the others say all by themselves
					raw := fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
					want := tell(failure(t, login.with(client.Static(login.reference)), raw))
					for _, secret := range words {
						got := tell(failure(t, login.with(client.Static(secret)), raw))
						if got.status == 0 {
							continue // it may not be sent at all
						}
						n++
						if got.kinds != want.kinds || got.status != want.status || got.limited != want.limited || got.wait != want.wait {
							lost++
							t.Errorf("%d %s: %q:\n%+v\n%+v", status, body, secret, got, want)
						}
					}
				}
			}
		})
	}
	t.Logf("%d errors, of which %d lost their kind", n, lost)
}

// TestT6CausesStayWhateverTheSecretIs has the network fail: the whole text and the cause are those of any other secret.
func TestT6CausesStayWhateverTheSecretIs(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	server.Config.ErrorLog = nil
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, tt := range []struct {
		name, baseURL string
		dial          func(context.Context, string, string) (net.Conn, error)
		is            func(error) bool
	}{
		{"refused", "http://127.0.0.1:1", (&net.Dialer{}).DialContext, func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }},
		{"reset", home, broken(syscall.ECONNRESET), func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{"no such host", home, broken(&net.DNSError{Err: "no such host", Name: "x.example", IsNotFound: true}), func(err error) bool {
			e, ok := errors.AsType[*net.DNSError](err)
			return ok && e.IsNotFound
		}},
		{"end of file", home, func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go serve(theirs, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
			return ours, nil
		}, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		{"untrusted certificate", server.URL, (&net.Dialer{}).DialContext, func(err error) bool {
			_, ok := errors.AsType[x509.UnknownAuthorityError](err)
			return ok
		}},
		{"no TLS", "https" + plain.URL[len("http"):], (&net.Dialer{}).DialContext, func(err error) bool {
			_, ok := errors.AsType[tls.RecordHeaderError](err)
			return ok || errors.Is(err, http.ErrSchemeMismatch)
		}},
	} {
		var want string
		for _, secret := range append([]string{reference}, words...) {
			transport := client.DefaultTransport()
			transport.DialContext = tt.dial
			c, err := client.New(bezala.Password{BaseURL: tt.baseURL, Email: "me@example.com", Password: client.Static(secret)}, client.WithTransport(transport))
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Token(t.Context())
			transport.CloseIdleConnections()
			if want == "" {
				want = err.Error()
			}
			if !errors.Is(err, client.ErrUnavailable) || !tt.is(err) || err.Error() != want {
				t.Errorf("%s: %q: %v; want %s", tt.name, secret, err, want)
			}
		}
	}
}

func broken(err error) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
}
