package hostile_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// answers returns what answers with a body for each service.
func answers(status int, header map[string]string, body func(service) string) func(service) script {
	return func(s service) script {
		text := body(s) // made before memory is measured
		return func(p *peer) { p.reply(status, header, text) }
	}
}

// plays returns a script that is the same for all services.
func plays(s script) func(service) script { return func(service) script { return s } }

func always(body string) func(service) string { return func(service) string { return body } }

// bodyRows are bodies that are no answer to a login, in all kinds of clothes, and answers in odd clothes.
func bodyRows() (all []row) {
	add := func(name string, status int, header map[string]string, body func(service) string, login *want) {
		all = append(all, row{name: name, answer: answers(status, header, body), login: login, api: passes(status)})
	}
	typed := func(t string) map[string]string { return map[string]string{"Content-Type": t} }

	add("a page", 200, html, always(page), unexpected(200))
	add("a page that is called JSON", 200, nil, always(page), unexpected(200))
	add("a page without a type", 200, typed(""), always(page), unexpected(200))
	add("a page after blanks", 200, html, always(strings.Repeat(" \n", 5000)+page), unexpected(200))
	add("a page of 900 KB", 200, html, always(page+strings.Repeat("<br>", 225_000)), unexpected(200))
	add("a page with 401", 401, html, always(page), unavailable(401))
	all[len(all)-1].api = passes(401).with(2, 2)
	add("a page with 403", 403, html, always(page), unavailable(403))
	add("a page with 404", 404, html, always(page), unexpected(404))
	add("a page with 503", 503, html, always(page), unavailable(503))
	add("empty 200", 200, nil, always(""), unexpected(200))
	add("empty 200 without a type", 200, typed(""), always(""), unexpected(200))
	add("blanks", 200, nil, always(" \r\n\t"), unexpected(200))
	add("NUL", 200, nil, always("\x00"), unexpected(200))
	add("204", 204, nil, always(""), unexpected(204))
	add("205", 205, nil, always(""), unexpected(205))
	add("202 without a body", 202, nil, always(""), unexpected(202))
	add("200 in text", 200, typed("text/plain"), always("OK"), unexpected(200))
	add("200 in XML", 200, typed("application/xml"), always(`<?xml version="1.0"?><token>t</token>`), unexpected(200))
	add("200 as a form", 200, typed("application/x-www-form-urlencoded"), always("access_token=t&token=t"), unexpected(200))
	add("200 as a picture", 200, typed("image/png"), always("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), unexpected(200))
	add("200 with the token alone", 200, typed("text/plain"), always(goodToken), unexpected(200))
	add("200 as JSONP", 200, typed("application/javascript"), func(s service) string { return "f(" + s.fine() + ")" }, unexpected(200))
	add("200 as multipart", 200, typed("multipart/mixed; boundary=b"), func(s service) string { return "--b\r\n\r\n" + s.fine() + "\r\n--b--" }, unexpected(200))
	add("200 as events", 200, typed("text/event-stream"), func(s service) string { return "data: " + s.fine() + "\n\n" }, unexpected(200))
	add("UTF-16 without a mark", 200, nil, func(s service) string { return utf16LE(s.fine()) }, unexpected(200))
	add("UTF-32", 200, nil, func(s service) string { return utf32LE(s.fine()) }, unexpected(200))
	add("900 KB of noise", 200, nil, always(strings.Repeat("\xff\x00\xfe", 300_000)), unexpected(200))
	add("900 KB of UTF-16", 200, nil, always("\xff\xfe"+strings.Repeat("\x20\x4e", 450_000)), unexpected(200))
	for n, login := range map[int]*want{600: gives(goodToken), 900: unexpected(200)} { // as UTF-8 it is longer than 1 MiB
		add(fmt.Sprint(n, " KB of UTF-16 in JSON"), 200, nil, func(s service) string {
			return "\xff\xfe" + utf16LE(s.gives(goodToken, `"a":"`+strings.Repeat("丠", n*500)+`"`))
		}, login)
	}

	for status, name := range map[int]string{201: "201", 202: "202", 203: "203", 206: "206", 226: "226", 299: "299"} {
		add(name+" with a token", status, nil, service.fine, gives(goodToken))
	}
	for name, header := range map[string]map[string]string{
		"without a type": typed(""), "with a page's type": html, "with a picture's type": typed("image/png"),
		"with a type that is none": typed(";;;/"), "with a type of 30 KB": typed(strings.Repeat("a", 30_000)),
		"with charset ISO-8859-1": typed("application/json; charset=iso-8859-1"), "with charset UTF-16": typed("application/json; charset=utf-16"),
		"with charset none": typed("application/json; charset=none"), "as a download": {"Content-Disposition": "attachment; filename=../../x"},
		"with a cookie": {"Set-Cookie": "session=1"}, "with a refresh": {"Refresh": "0; url=https://evil.example/"},
		"with another service": {"Alt-Svc": `h2="evil.example:443"; ma=99999999`}, "with a Location": {"Location": "https://evil.example/"},
		"with a challenge": {"WWW-Authenticate": `Basic realm="x"`}, "with an upgrade": {"Upgrade": "websocket", "Connection": "Upgrade"},
		"with a problem's type": typed("application/problem+json"),
	} {
		add("a token "+name, 200, header, service.fine, gives(goodToken))
	}
	for name, body := range map[string]func(service) string{
		"after a byte-order mark": func(s service) string { return "\xef\xbb\xbf" + s.fine() },
		"in UTF-16":               func(s service) string { return "\xff\xfe" + utf16LE(s.fine()) },
		"after a guard":           func(s service) string { return ")]}',\n" + s.fine() },
		"between blanks":          func(s service) string { return strings.Repeat("\n", 500_000) + s.fine() + strings.Repeat(" ", 500_000) },
		"in 1 MiB":                func(s service) string { return s.fine() + strings.Repeat(" ", 1<<20-len(s.fine())) },
		"after a comma too many":  func(s service) string { return strings.TrimSuffix(s.fine(), "}") + ",}" },
		"beside NaN":              func(s service) string { return s.gives(goodToken, `"a":NaN,"b":-Infinity`) },
		"beside a raw line break": func(s service) string { return s.gives(goodToken, "\"a\":\"\n\t\"") },
		"beside a false escape":   func(s service) string { return s.gives(goodToken, `"a":"C:\Users"`) },
		"beside bad UTF-8":        func(s service) string { return s.gives(goodToken, "\"a\":\"\xff\xc3\"") },
		"beside a lone surrogate": func(s service) string { return s.gives(goodToken, `"a":"\ud800"`) },
		"beside long numbers":     func(s service) string { return s.gives(goodToken, `"a":`+strings.Repeat("9", 100_000)+`,"b":1e999999`) },
		"beside a long name":      func(s service) string { return s.gives(goodToken, `"`+strings.Repeat("a", 500_000)+`":1`) },
		"with escapes":            func(s service) string { return s.Answer(`"tok\u0033n\u002eof-an-honest-service"`, "") },
		"in capitals":             func(s service) string { return strings.Replace(strings.ToUpper(s.gives("$")), "$", goodToken, 1) },
	} {
		add("a token "+name, 200, nil, body, gives(goodToken))
	}
	add("1 MiB and a byte", 200, nil, func(s service) string { return s.fine() + strings.Repeat(" ", 1<<20-len(s.fine())+1) }, unexpected(200))
	add("1 MiB and a byte with 500", 500, nil, always(strings.Repeat(" ", 1<<20+1)), unavailable(500))
	add("1 MiB and a byte with 403", 403, nil, always(strings.Repeat(" ", 1<<20+1)), unexpected(403))
	return all
}

func utf16LE(s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

func utf32LE(s string) string {
	b := []byte("\xff\xfe\x00\x00")
	for _, r := range s {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return string(b)
}
