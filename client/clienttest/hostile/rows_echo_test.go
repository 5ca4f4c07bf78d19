package hostile_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
)

// echoRows are answers to an API request that repeat its token where net/http's errors repeat it. At a login they
// repeat the password.
func echoRows() (all []row) {
	for name, format := range map[string]string{
		"in place of a status line":    "%s\r\n\r\n",
		"in a status line":             "HTTP/1.1 %s\r\n\r\n",
		"in place of a header":         "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		"in a header that is none":     "HTTP/1.1 200 OK\r\nX\x00: %s\r\n\r\n",
		"as a length":                  "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
		"as a transfer encoding":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n",
		"in an interim answer":         "HTTP/1.1 103 X\r\n%s\r\n\r\n",
		"in place of a protocol":       "%s 200 OK\r\n\r\n",
		"in place of a protocol, long": "HTTP/%s 200 OK\r\n\r\n",
	} {
		all = append(all, echo("the secret "+name, format, unavailable(0), fails()))
	}
	for name, format := range map[string]string{
		"in a trailer":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n%s\r\n\r\n",
		"as a chunk's size":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n{}\r\n0\r\n\r\n",
		"in place of a chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{%s\r\n0\r\n\r\n",
		"in place of gzip":    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n%s",
		"in a body cut":       "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%s",
	} {
		all = append(all, echo("the secret "+name, format, unavailable(200), cut(200)))
	}
	for name, location := range map[string]string{
		"no URL": "http://[%s", "a URL at home": "/%s", "a query at home": "/login?token=%s", "a user at home": "//%s@127.0.0.1:1/", "a host": "http://%s.evil.example/", "a scheme": "%s://evil.example/",
		"a query elsewhere": "http://127.0.0.1:1/?t=%s", "a fragment elsewhere": "http://127.0.0.1:1/#%s", "bad escapes": "/%%zz%s",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			format := fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n", status, location)
			all = append(all, echo(fmt.Sprintf("the secret in the Location of a %d: %s", status, name), format, unexpected(status), passes(status)))
		}
	}
	return all
}

// echo is a row whose answer has the secret of the request in it, in one spelling or another.
func echo(name, format string, login, api *want) row {
	return row{name: name, login: login, api: api, answer: plays(func(p *peer) {
		secret := p.site.service.Secret
		if !p.visit.login {
			secret = goodToken
		}
		switch len(name) % 3 {
		case 1:
			secret = base64.StdEncoding.EncodeToString([]byte(secret))
		case 2:
			secret = url.QueryEscape(secret)
		}
		p.send(fmt.Sprintf(format, secret))
		p.hangUp()
	})}
}
