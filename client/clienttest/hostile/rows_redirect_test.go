package hostile_test

import (
	"fmt"
	"strings"
)

// redirectRows are redirects of all kinds. A login follows none; an API request follows what is a URL.
func redirectRows() (all []row) {
	add := func(name string, status int, always bool, location func(*peer) string, api *want) {
		all = append(all, row{name: name, login: unexpected(status), api: api, answer: plays(func(p *peer) {
			if !always && !p.visit.login && p.visit.target != p.site.service.Resource {
				p.reply(200, nil, "{}") // it has been followed
				return
			}
			p.send(fmt.Sprintf("HTTP/1.1 %d X\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", status, location(p)))
		})})
	}
	at := func(location string) func(*peer) string { return func(*peer) string { return location } }
	stranger := func(before string) func(*peer) string {
		return func(p *peer) string { return "http://" + before + p.site.stranger + "/landing" }
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		add(fmt.Sprint(status, " within"), status, false, at("/elsewhere"), passes(200).with(2, 1))
		add(fmt.Sprint(status, " to another origin"), status, false, stranger(""), passes(200))
		add(fmt.Sprint(status, " to itself"), status, true, func(p *peer) string { return p.visit.target }, fails().with(10, 1))
		add(fmt.Sprint(status, " to ever new places"), status, true, func(p *peer) string { return p.visit.target + "x" }, fails().with(10, 1))
		add(fmt.Sprint(status, " to nowhere"), status, false, at(""), passes(status))
		add(fmt.Sprint(status, " to no URL"), status, false, at("http://[::1"), passes(status))
		add(fmt.Sprint(status, " into the clear"), status, false, at("http://evil.example/"), fails())
	}
	for _, status := range []int{300, 304, 305, 306, 309, 399} {
		add(fmt.Sprint(status, " with a Location"), status, false, stranger(""), passes(status))
	}
	for _, location := range []string{
		"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://127.0.0.1/", "mailto:me@example.com", "unix:/x", "about:blank", "ws://127.0.0.1/", "http:", "http://",
		"http:///x", "http://127.0.0.1:99999/", "http://[fe80::1%25lo]/", "http://0.0.0.0/",
		"http://localhost./", "http://evil.example:80@127.0.0.1.evil.example/", "http:evil.example", "HTTP://EVIL.EXAMPLE/", "http://2130706433.evil.example/",
	} {
		add(fmt.Sprintf("302 to %q", location), 302, false, at(location), fails())
	}
	for _, location := range []string{"http://%zz/", "/%zz", "%", "http://a b/", ":", "://x", "http://127.0.0.1:x/", "1:2"} { // none is a URL
		add(fmt.Sprintf("302 to %q", location), 302, false, at(location), passes(302))
	}
	for name, location := range map[string]string{
		"?": "?", "?x=y": "?x=y", "/é": "/é", "/a b": "/a b", "..": "..", "../../../../etc/passwd": "../../../../etc/passwd", "/..": "/..", "/x#y": "/x#y", `\evil`: `\evil`, "a path of 10 KB": "/" + strings.Repeat("x", 10_000),
		"/\xff": "/\xff", "///etc/passwd": "///etc/passwd", "/%00": "/%00", "/ and a second one": "/x\r\nLocation: http://evil.example/",
	} {
		add("302 to "+name, 302, false, at(location), passes(200).with(2, 1))
	}
	add("302 with a fragment alone", 302, false, at("#"), fails().with(10, 1))
	add("302 to //", 302, false, at("//"), fails().with(10, 1))
	add("302 to a path of 30 KB", 302, false, at("/"+strings.Repeat("x", 30_000)), passes(302))
	add("302 to a user at another origin", 302, false, stranger("me:"+"pw@"), passes(200))
	add("302 to blanks", 302, false, at(" \t "), passes(302))
	add("302 to a Location of 60 KB", 302, false, at("http://["+strings.Repeat("x", 60_000)), passes(302))
	return all
}
