package scrub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"syscall"
)

// OfNetwork reports whether the text of an error is that of packages net, net/http or io, or is about the certificate
// of a peer that has not met the secret yet.
func OfNetwork(err error) bool {
	switch e := err.(type) { //nolint:errorlint // what is wrapped is looked at in turn
	case *net.OpError:
		return e.Op == "remote error" || e.Op == "local error" || OfNetwork(e.Err) // the first two are alerts of TLS
	case *os.SyscallError:
		return OfNetwork(e.Err)
	case *net.DNSError, syscall.Errno:
		return true
	case *tls.CertificateVerificationError, tls.AlertError, tls.RecordHeaderError,
		x509.UnknownAuthorityError, x509.HostnameError, x509.CertificateInvalidError:
		return true
	default:
		return slices.Contains([]error{
			context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, http.ErrSchemeMismatch,
		}, err) || err.Error() == "i/o timeout" // of several types
	}
}

// maxWrapped is how many errors within errors are looked at.
const maxWrapped = 100

// Network returns the first error of those that an error wraps whose text is that of the network; nil if there is none.
func Network(err error) error {
	wrapped := []error{err}
	for i := 0; i < len(wrapped) && i < maxWrapped; i++ {
		switch e := wrapped[i].(type) { //nolint:errorlint // what is wrapped is looked at in turn
		case nil:
			continue
		case interface{ Unwrap() error }:
			wrapped = append(wrapped, e.Unwrap())
		case interface{ Unwrap() []error }:
			wrapped = append(wrapped, e.Unwrap()...)
		}
		if OfNetwork(wrapped[i]) {
			return wrapped[i]
		}
	}
	return nil
}
