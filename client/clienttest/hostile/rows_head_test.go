package hostile_test

import (
	"fmt"
	"strconv"
	"strings"
)

// headRows are answers whose head is odd: the status line, the header, interim answers, and floods of each.
func headRows() (all []row) {
	add := func(name string, text func(service) string, login, api *want) {
		all = append(all, row{name: name, login: login, api: api, answer: func(s service) script {
			answer := text(s)
			return func(p *peer) {
				p.send(answer)
				p.hangUp()
			}
		}})
	}
	flood := func(name, before, text string, login, api *want) {
		all = append(all, row{name: name, login: login, api: api, answer: plays(func(p *peer) {
			p.send(before)
			p.flood(text, 10<<30)
		})})
	}
	line := func(line string) func(service) string {
		return func(s service) string { return line + "Content-Type: application/json\r\n\r\n" + s.fine() }
	}
	for name, text := range map[string]string{
		"HTTP/1.0": "HTTP/1.0 200 OK\r\n", "HTTP/1.1 without a reason": "HTTP/1.1 200\r\n", "a reason of 30 KB": "HTTP/1.1 200 " + strings.Repeat("x", 30_000) + "\r\n",
		"a reason with a colour": "HTTP/1.1 200 \x1b[31mOK\r\n", "a reason that is no UTF-8": "HTTP/1.1 200 \xff\r\n", "HTTP/1.2": "HTTP/1.2 200 OK\r\n",
		"line feeds alone": "HTTP/1.1 200 OK\n", "two spaces": "HTTP/1.1  200 OK\r\n", "HTTP/2.0 by HTTP/1.1": "HTTP/2.0 200 OK\r\n",
	} {
		add(name, line(text), gives(goodToken), passes(200))
	}
	for name, text := range map[string]string{
		"HTTP/0.9": "", "a space before HTTP": " HTTP/1.1 200 OK\r\n", "an empty line first": "\r\nHTTP/1.1 200 OK\r\n", "ICY": "ICY 200 OK\r\n", "http in small letters": "http/1.1 200 OK\r\n",
		"HTTP/11": "HTTP/11 200 OK\r\n", "HTTP/1": "HTTP/1 200 OK\r\n", "a status of 2 digits": "HTTP/1.1 20 OK\r\n", "a status of 4 digits": "HTTP/1.1 2000 OK\r\n",
		"the status abc": "HTTP/1.1 abc OK\r\n", "the status -20": "HTTP/1.1 -20 OK\r\n", "no status": "HTTP/1.1\r\n",
		"a tab": "HTTP/1.1\t200 OK\r\n", "a TLS alert": "\x15\x03\x03\x00\x02\x02\x46", "SSH": "SSH-2.0-OpenSSH_9.9\r\n", "SMTP": "220 mail.example ESMTP\r\n", "noise": strings.Repeat("\x00\xff\xfe", 1000),
		"a request": "POST / HTTP/1.1\r\nHost: x\r\n", "HTTP/2's preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2's settings": frame(frameSettings, 0, 0, ""),
	} {
		add(name, line(text), unavailable(0), fails())
	}
	for name, header := range map[string]string{
		"a header without a colon": "X\r\n", "a header without a name": ": y\r\n", "a name with NUL": "X\x00: y\r\n",
		"a value with NUL": "X: y\x00z\r\n", "a value with DEL": "X: \x7f\r\n", "a folded line first": " X: y\r\n", "a carriage return alone": "X: y\rZ: a\r\n", "a name that is no ASCII": "É: y\r\n",
		"a value with BEL": "X: \x07\r\n", "an escape in a value": "X: \x1b[31m\r\n",
	} {
		add(name, line("HTTP/1.1 200 OK\r\n"+header), unavailable(0), fails())
	}
	for name, header := range map[string]string{
		"a space before the colon": "X : y\r\n", "a name with a space": "X Y: z\r\n", "a folded line": "X: y\r\n z\r\n", "an empty value": "X:\r\n", "a value that is no UTF-8": "X: \xff\xfe\r\n", "200 headers": strings.Repeat("X: y\r\n", 200), "a value of 30 KB": "X: " + strings.Repeat("y", 30_000) + "\r\n",
		"a name of 30 KB": strings.Repeat("X", 30_000) + ": y\r\n", "two types": "Content-Type: text/html\r\n", "two Dates": "Date: x\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\n",
		"a server of 1 KB": "Server: " + strings.Repeat("%00", 300) + "\r\n", "60 cookies": strings.Repeat("Set-Cookie: a=b; Domain=.example\r\n", 60), "a keep-alive": "Keep-Alive: timeout=99999999999999999999\r\nConnection: keep-alive\r\n",
		"a proxy's headers": "Proxy-Connection: keep-alive\r\nVia: 1.1 x\r\nProxy-Authenticate: Basic\r\n",
	} {
		add(name, line("HTTP/1.1 200 OK\r\n"+header), gives(goodToken), passes(200))
	}
	add("the status +20", line("HTTP/1.1 +20 OK\r\n"), unexpected(20), passes(20))
	flood("an endless status line", "HTTP/1.1 200 ", "x", unavailable(0), fails())
	flood("an endless name", "HTTP/1.1 200 OK\r\n", "x", unavailable(0), fails())
	flood("an endless value", "HTTP/1.1 200 OK\r\nX: ", "x", unavailable(0), fails())
	flood("an endless folded value", "HTTP/1.1 200 OK\r\nX: y\r\n", " z\r\n", unavailable(0), fails())
	flood("headers without end", "HTTP/1.1 200 OK\r\n", "X: y\r\n", unavailable(0), fails())
	all = append(all, row{name: "names without end", login: unavailable(0), api: fails(), answer: plays(func(p *peer) {
		p.send("HTTP/1.1 200 OK\r\n")
		for i := 0; !p.over; i += 1000 {
			p.send(manyHeaders(i, 1000))
		}
	})})
	flood("interim answers without end", "", "HTTP/1.1 102 Processing\r\n\r\n", unavailable(0), fails())
	flood("hints without end", "", "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n", unavailable(0), fails())
	flood("100 without end", "", "HTTP/1.1 100 Continue\r\n\r\n", unavailable(0), fails())
	for name, before := range map[string]string{
		"100 first": "HTTP/1.1 100 Continue\r\n\r\n", "103 first": "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "199 first": "HTTP/1.1 199 X\r\n\r\n",
		"100 interim answers first": strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100),
	} {
		add(name, line(before+"HTTP/1.1 200 OK\r\n"), gives(goodToken), passes(200))
	}
	add("100 and no more", always("HTTP/1.1 100 Continue\r\n\r\n"), unavailable(0), fails())
	add("101", line("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n"), unexpected(101), passes(101))
	add("101 without an upgrade", line("HTTP/1.1 101 Switching Protocols\r\n"), unexpected(101), passes(101))
	for _, status := range []int{200, 403, 500} {
		for name, text := range map[string]string{"nothing": "\x00", "a token": `{"token":"t","access_token":"t",`, "a page": page} {
			login := unexpected(status)
			if status == 500 {
				login = unavailable(status)
			}
			for kind, before := range map[string]string{
				"10 GB of": fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 10737418240\r\n\r\n", status),
				"endless":  fmt.Sprintf("HTTP/1.1 %d X\r\n\r\n", status),
			} {
				flood(fmt.Sprintf("%d with %s %s", status, kind, name), before, text, login, passes(status))
			}
		}
	}
	flood("endless chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10\r\n"+strings.Repeat(" ", 16)+"\r\n", unexpected(200), passes(200))
	flood("an endless chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0", unavailable(200), cut(200))
	flood("an endless trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", unavailable(200), cut(200))
	flood("an endless 401", "HTTP/1.1 401 X\r\n\r\n", "x", unexpected(401), passes(401).with(2, 2))
	return all
}

// manyHeaders returns headers whose names are all different.
func manyHeaders(from, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("x" + strconv.Itoa(from+i) + ":\r\n")
	}
	return b.String()
}
