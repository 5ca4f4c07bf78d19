package hostile_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"
)

// trust is how a server proves who it is.
type trust string

const (
	good      trust = "good"
	http2     trust = "HTTP/2"
	wrongName trust = "for another name"
	evilName  trust = "with a name that controls terminals"
	noName    trust = "without a name"
	expired   trust = "that has expired"
	early     trust = "that is not valid yet"
	untrusted trust = "that nobody trusts"
	itself    trust = "that signs itself"
	forClient trust = "for clients"
	longChain trust = "in a chain of 300 KB"
	tls10     trust = "TLS 1.0"
	tls11     trust = "TLS 1.1"
	wantsCert trust = "that wants one, too"
)

// authority signs certificates, for all tests.
type authority struct {
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate
	certs map[trust]tls.Certificate
}

var authorities = sync.OnceValue(func() (a struct{ known, unknown authority }) {
	a.known, a.unknown = newAuthority(), newAuthority()
	return a
})

func newAuthority() authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: year(1990), NotAfter: year(2190),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return authority{key: key, cert: cert, certs: map[trust]tls.Certificate{}}
}

func year(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }

// server returns the configuration of a server.
func (by trust) server() *tls.Config {
	a := authorities().known
	if by == untrusted {
		a = authorities().unknown
	}
	cert, ok := a.certs[by]
	if !ok {
		cert = a.sign(by)
		a.certs[by] = cert
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch by {
	case http2:
		config.NextProtos = []string{"h2", "http/1.1"}
	case tls10:
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
	case tls11:
		config.MinVersion, config.MaxVersion = tls.VersionTLS11, tls.VersionTLS11
	case wantsCert:
		config.ClientAuth = tls.RequireAnyClientCert
	}
	return config
}

// client returns the configuration of a client.
func (trust) client() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(authorities().known.cert)
	return &tls.Config{RootCAs: roots}
}

// sign makes a certificate.
func (a authority) sign(by trust) tls.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "server"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: year(1990), NotAfter: year(2190), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	switch by {
	case wrongName:
		template.IPAddresses, template.DNSNames = []net.IP{net.IPv4(127, 0, 0, 2)}, []string{"evil.example"}
	case evilName:
		template.IPAddresses = nil
		template.DNSNames = []string{"\x1b[2J\r\nAll is well." + strings.Repeat("x", 5000)}
	case noName:
		template.IPAddresses = nil
	case expired:
		template.NotAfter = year(1999)
	case early:
		template.NotBefore = year(2189)
	case forClient:
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case longChain:
		template.DNSNames = []string{strings.Repeat("x", 300_000)}
	case itself:
		a.cert = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}
