package client_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// C9: an outage is an outage, whatever the password is: no word of it is the service's.
func TestT6NetworkErrorStaysWhateverThePasswordIs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, password := range []string{"dial", "connection refused", "e", "tcp", "127.0.0.1", "unavailable", "login", "hunter2hunter2"} {
		c := newClient(t, bezala.Password{BaseURL: closed, Email: "me@corp.example", Password: client.Static(password)})
		_, err := c.Token(t.Context())
		wantErr(t, err, client.ErrUnavailable)
		wantErr(t, err, syscall.ECONNREFUSED)
		texts = append(texts, err.Error())
	}
	for _, text := range texts[1:] {
		if text != texts[0] {
			t.Errorf("%q\n%q; want the same text, whatever the password is", texts[0], text)
		}
	}
}

// Words that stand beside an error of ours are not ours.
func TestT6WordsBesideOursAreWithheld(t *testing.T) {
	const secret = "739 is it"
	field := loginkit.Field{Name: "pin", Pattern: regexp.MustCompile(`^\d+$`)}
	ours := field.Check("own", secret)
	for name, err := range map[string]error{
		"wrapped": fmt.Errorf("no PIN %s: %w", secret, ours),
		"cause":   &client.LoginError{Service: "own", Field: "pin", Kind: client.ErrInvalidInput, Message: secret, Err: ours},
		"joined":  errors.Join(ours, errors.New(secret)),
		"answer":  &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials, Message: secret, Err: ours},
	} {
		c := newClient(t, fakeLogin{
			account: client.Account{Service: "own", BaseURL: "https://own.example"}, secret: client.Static(secret),
			login: func(context.Context, *http.Client, string) (client.Token, error) { return client.Token{}, err },
		})
		_, got := c.Token(t.Context())
		if got == nil || strings.Contains(got.Error(), secret) {
			t.Errorf("%s: %v; want an error without the secret", name, got)
		}
	}
}

// Our own words stay, even those that a password consists of.
func TestT6OwnWordsStayWhateverThePasswordIs(t *testing.T) {
	c := newClient(t, bleepay.EmailPassword{Email: "me@corp.example", Password: client.Static("must")})
	_, err := c.Token(t.Context())
	wantErr(t, err, client.ErrInvalidInput)
	if want := "bleepay: data.password must have at least 8 characters"; err.Error() != want {
		t.Errorf("%q; want %q", err, want)
	}
}

// An error that repeats the secret is withheld. What the network says in it stays.
func TestT6NetworkErrorStaysInAWithheldOne(t *testing.T) {
	for cause, network := range map[error]bool{
		&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}: true,
		errors.New("no network"): false,
	} {
		c := newClient(t, ownLogin(func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, fmt.Errorf("login with %s: %w", secret, cause)
		}))
		_, err := c.Token(t.Context())
		if err == nil || strings.Contains(err.Error(), ownSecret) {
			t.Errorf("%v; want an error without the secret", err)
		}
		if got := errors.Is(err, syscall.ECONNREFUSED); got != network {
			t.Errorf("%v: the network refused: %t; want %t", err, got, network)
		}
	}
}

// C10: whoever writes into an error of ours, it is one short printable line.
func TestT6ForeignTextsAreOneShortLine(t *testing.T) {
	for _, text := range []string{
		"evil\nlevel=error msg=hacked", "evil\r\n\r\nHTTP/1.1 200 OK", "evil \x1b[31mred\x1b[0m \x1b]0;title\x07", "evil \u202etxt.exe",
		"evil \x00\x08\x7f", "evil\u2028\u2029\u0085line", "evil \xff\xfe", "evil " + strings.Repeat("x", 5000), "evil " + strings.Repeat("\n", 5000) + "y",
	} {
		for place, err := range foreignErrors(t, text) {
			if err == nil {
				t.Errorf("%s, %.30q: no error", place, text)
				continue
			}
			line := err.Error()
			if len(line) > 1000 || !utf8.ValidString(line) || !strings.Contains(line, "evil") ||
				strings.ContainsFunc(line, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }) {
				t.Errorf("%s, %.30q: %d bytes: %.300q", place, text, len(line), line)
			}
		}
	}
}

// foreignErrors returns errors into which a peer, a store, a Secret or a RoundTripper has written a text, by its place.
func foreignErrors(t *testing.T, text string) map[string]error {
	t.Helper()
	errs := map[string]error{}
	cause := errors.New(text)
	inMemory := func(secret client.Secret, opts ...client.Option) *client.Client {
		fails := roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause })
		return newClient(t, bezala.Password{Email: "me@corp.example", Password: secret}, append([]client.Option{client.WithTransport(fails)}, opts...)...)
	}
	ask := func(c *client.Client) error { _, err := c.Token(t.Context()); return err }
	errs["a RoundTripper, at a login"] = ask(inMemory(client.Static("hunter2")))
	errs["a Secret"] = ask(inMemory(func(context.Context) (string, error) { return "", cause }))

	account := client.Account{Service: "own", BaseURL: "https://own.example", Name: "me"}
	store := &clienttest.MemoryStore{}
	store.SetTrouble(0, cause)
	stored := []client.Option{client.WithTokenStore(store), client.WithUnboundRecords()}
	errs["a store, of a Stored account"] = ask(newClient(t, client.Stored(account), stored...))
	errs["a store, at a Logout"] = newClient(t, client.Stored(account), stored...).Logout(t.Context())
	told := make(chan error, 10)
	stored = append(stored, client.WithObserver(client.Observer{StoreTrouble: func(err error) { told <- err }}))
	_ = ask(inMemory(client.Static("hunter2"), stored...))
	errs["a store, told to an Observer"] = <-told

	key := bleepay.APIKey{BaseURL: "https://own.example", Name: "k", Key: client.Static("bs_" + strings.Repeat("0a1b2c3d", 8))}
	breaks := roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause })
	for name, hc := range map[string]*http.Client{
		"with a token":    newClient(t, key, client.WithTransport(breaks)).HTTPClient(),
		"without a token": newHTTPClient(t, client.WithTransport(breaks)),
	} {
		_, errs["a RoundTripper, at a request "+name] = hc.Get("https://own.example/")
	}
	return errs
}

// The names of a certificate are a peer's, too. The cause stays.
func TestT6CertificateNamesAreOneShortLine(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, "evil\nlevel=error msg=\x1b[31mhacked\x1b[0m\u202e "+strings.Repeat("x", 5000))}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	_, login := newClient(t, bezala.Password{BaseURL: server.URL, Email: "me@corp.example", Password: client.Static("hunter2")}).Token(t.Context())
	wantErr(t, login, client.ErrUnavailable)
	key := bleepay.APIKey{BaseURL: server.URL, Name: "k", Key: client.Static("bs_" + strings.Repeat("0a1b2c3d", 8))}
	_, request := newClient(t, key).HTTPClient().Get(server.URL)
	_, bare := newHTTPClient(t).Get(server.URL)
	for name, err := range map[string]error{"login": login, "request": request, "request without a token": bare} {
		if text := fmt.Sprint(err); len(text) > 700 || strings.ContainsAny(text, "\n\x1b\u202e") || !strings.Contains(text, "x509") {
			t.Errorf("%s: %d bytes: %.300q", name, len(text), text)
		}
		if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
			t.Errorf("%s: %T; want the cause in it", name, err)
		}
	}
}

// certificate returns a certificate of its own for a name.
func certificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, Issuer: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"other.example"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
