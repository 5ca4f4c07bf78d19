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

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
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

// C10: what a peer writes into a certificate is one short printable line of an error.
func TestT6CertificateNamesAreOneShortLine(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, "evil\nlevel=error msg=\x1b[31mhacked\x1b[0m\u202e "+strings.Repeat("x", 5000))}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	c := newClient(t, bezala.Password{BaseURL: server.URL, Email: "me@corp.example", Password: client.Static("hunter2")})
	_, err := c.Token(t.Context())
	wantErr(t, err, client.ErrUnavailable)
	if text := err.Error(); len(text) > 700 || strings.ContainsAny(text, "\n\x1b\u202e") || !strings.Contains(text, "x509") {
		t.Errorf("%d bytes: %.300q", len(text), text)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("%T; want the cause in it", err)
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
