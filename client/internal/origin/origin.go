// Package origin tells where a credential may go. It brings base URLs into one form, and compares origins.
package origin

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Canonical returns a base URL in its canonical form: scheme and host in lower case, no default port, no slash at the
// end. A base URL has the scheme http or https, a host, and perhaps a path prefix. It has no userinfo, query or
// fragment, since those would end in logs.
//
// The error's text goes after a field's name and says what is wrong. It does not repeat raw, which may hold a password.
func Canonical(raw string) (string, error) {
	if plain(raw) {
		return raw, nil
	}
	return parsed(raw)
}

func parsed(raw string) (string, error) {
	if raw == "" {
		return "", errors.New("is required: set it to scheme and host of the service, such as https://api.example.com")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.Host == "" {
		return "", errors.New("is not an absolute URL such as https://api.example.com")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("must start with https:// (or http:// on this machine)")
	}
	if u.User != nil {
		return "", errors.New("must not hold a user name or password")
	}
	if strings.ContainsAny(raw, "?#") {
		return "", errors.New("must not hold a query or a fragment")
	}
	host, ok := canonicalHost(u)
	if !ok {
		return "", errors.New("has no valid host: write it in ASCII (xn--… for an international name), with a port from 1 to 65535 if any")
	}
	if strings.Contains(u.RawPath, "%") && u.EscapedPath() != u.RawPath {
		return "", errors.New("must have its path percent-encoded: it mixes encoded and other characters")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return "", errors.New("must not have . or .. in its path")
		}
	}
	return u.Scheme + "://" + host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

// plain reports whether a base URL is canonical by its looks: most are, and to parse one costs more than to find the
// Client of its account.
func plain(raw string) bool {
	rest, https := strings.CutPrefix(raw, "https://")
	host, path, _ := strings.Cut(rest, "/")
	if !https || !hostName(host) || strings.HasSuffix(raw, "/") || strings.Contains(path, ".") {
		return false
	}
	for _, c := range []byte(path) {
		upper := 'A' <= c && c <= 'Z'
		if !upper && !lowerOrDigit(c) && c != '-' && c != '_' && c != '/' {
			return false
		}
	}
	return true
}

// canonicalHost returns the host, and the port unless it is the scheme's default.
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

// hostName reports whether name is non-empty and all its bytes may stand in a DNS name.
func hostName(name string) bool {
	for _, c := range []byte(name) {
		if !lowerOrDigit(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return name != "" && name != "."
}

func lowerOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// Origin is scheme, host and port of a URL. It is comparable.
type Origin struct{ scheme, host string }

// Of returns the origin of a URL, as net/http dials it.
func Of(u *url.URL) Origin {
	host, ok := canonicalHost(u)
	if !ok {
		// A request or a redirect may name a host that no base URL may have.
		host = strings.ToLower(u.Host)
	}
	return Origin{strings.ToLower(u.Scheme), host}
}

// Loopback reports whether a URL's host is this machine: localhost or a loopback IP literal. A resolver or a proxy
// could turn any other name into another machine.
func Loopback(u *url.URL) bool {
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
