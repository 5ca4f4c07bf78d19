package client

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// CanonicalBaseURL returns raw in its one canonical form: scheme and host in lower case, no default port, no
// slash at the end. A base URL has scheme http or https, a host, and perhaps a path prefix; it has no userinfo,
// query or fragment, since those would end in logs. Whether http is allowed is New's decision.
//
// The error is a *LoginError that wraps ErrInvalidInput, names the field BaseURL, and does not repeat raw, which
// may hold a password.
func CanonicalBaseURL(service, raw string) (string, error) {
	invalid := func(why string) (string, error) {
		return "", &LoginError{Service: service, Field: "BaseURL", Kind: ErrInvalidInput, Message: why}
	}
	if raw == "" {
		return invalid("is required: set it to scheme and host of the service, such as https://api.example.com")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Opaque != "" || u.Host == "":
		return invalid("is not an absolute URL such as https://api.example.com")
	case u.Scheme != "http" && u.Scheme != "https":
		return invalid("must start with https:// (or http:// on this machine)")
	case u.User != nil:
		return invalid("must not hold a user name or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(raw, "#"):
		return invalid("must not hold a query or a fragment")
	}
	host, ok := canonicalHost(u)
	if !ok {
		return invalid("has no valid host: write it in ASCII (xn--… for an international name), with a port from 1 to 65535 if any")
	}
	if strings.Contains(u.RawPath, "%") && u.EscapedPath() != u.RawPath {
		return invalid("must have its path percent-encoded: it mixes encoded and other characters")
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return invalid("must not have . or .. in its path")
		}
	}
	return u.Scheme + "://" + host + path, nil
}

// canonicalHost returns host, and port where it is not the scheme's default.
func canonicalHost(u *url.URL) (string, bool) {
	host := strings.ToLower(u.Hostname())
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.Zone() != "" {
			return "", false
		}
		host = addr.String()
		if addr.Is6() {
			host = "[" + host + "]"
		}
	} else if !hostName(host) {
		return "", false
	}
	if u.Port() == "" {
		return host, true
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || port == 0 {
		return "", false
	}
	if port == 443 && u.Scheme == "https" || port == 80 && u.Scheme == "http" {
		return host, true
	}
	return host + ":" + strconv.FormatUint(port, 10), true
}

// hostName reports whether every byte of a non-empty name may stand in a DNS name.
func hostName(name string) bool {
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return name != "" && name != "."
}

// origin is scheme, host and port: where a credential may go. It is comparable.
type origin struct{ scheme, host string }

// originOf returns the origin of a URL as net/http dials it.
func originOf(u *url.URL) origin {
	// Requests to our own base URL are canonical already: no allocation for them.
	host, ok := canonicalHost(u)
	if !ok {
		// No base URL is like that, but other hosts that a request or a redirect names may be.
		host = strings.ToLower(u.Host)
	}
	return origin{strings.ToLower(u.Scheme), host}
}

// loopback reports whether a URL's host is this machine: localhost or a loopback IP literal, and no name that a
// resolver or a proxy could turn into something else.
func loopback(u *url.URL) bool {
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
