package hostile_test

import (
	"fmt"
	"syscall"
)

// resetRows are connections that end at each stage of an exchange: in an orderly way, or with a RST.
func resetRows() (all []row) {
	stages := []struct {
		name       string
		connect    bool
		sent       func(s service) string
		login, api *want
	}{
		{"before the request", true, always(""), unavailable(0), fails()},
		{"after the request", false, always(""), unavailable(0), fails()},
		{"in the status line", false, always("HTTP/1.1 2"), unavailable(0), fails()},
		{"after the status line", false, always("HTTP/1.1 200 OK\r\n"), unavailable(0), fails()},
		{"in a header", false, always("HTTP/1.1 200 OK\r\nContent-Ty"), unavailable(0), fails()},
		{"before the header's end", false, always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"), unavailable(0), fails()},
		{"after the header", false, always(head(200, nil, 50)), unavailable(200), cut(200)},
		{"in the body", false, always(head(200, nil, 50) + `{"token":`), unavailable(200), cut(200)},
		{"before the body's last byte", false, func(s service) string { return head(200, nil, len(s.fine())) + s.fine()[:len(s.fine())-1] }, unavailable(200), cut(200)},
		{"in a chunk", false, always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"), unavailable(200), cut(200)},
		{"between chunks", false, always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"), unavailable(200), cut(200)},
		{"before the trailer", false, func(s service) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(s)[:len(chunked(s))-2]
		}, unavailable(200), cut(200)},
		{"in the body of a 401", false, always(head(401, nil, 50) + `{"message":`), unavailable(401), cut(401).with(2, 2)},
		{"in the body of a 403", false, always(head(403, nil, 50) + `{"message":`), unavailable(403), cut(403)},
		{"in the body of a 500", false, always(head(500, nil, 50) + `{"message":`), unavailable(500), cut(500)},
		{"in an interim answer", false, always("HTTP/1.1 103 Early Hints\r\n"), unavailable(0), fails()},
		{"after an interim answer", false, always("HTTP/1.1 103 Early Hints\r\n\r\n"), unavailable(0), fails()},
		{"after the answer", false, func(s service) string { return head(200, nil, len(s.fine())) + s.fine() }, gives(goodToken), passes(200)},
	}
	for _, stage := range stages {
		for _, rst := range []bool{false, true} {
			name, login, api := "closed "+stage.name, stage.login, stage.api
			if rst {
				name = "reset " + stage.name
				if stage.name == "after the request" {
					login, api = login.of(syscall.ECONNRESET), api.of(syscall.ECONNRESET)
				}
				if stage.name == "after the answer" {
					continue // whether the answer is read before is the kernel's to say
				}
			}
			all = append(all, row{name: name, connect: stage.connect, login: login, api: api, answer: func(s service) script {
				text := stage.sent(s)
				return func(p *peer) {
					if stage.connect { // a RST before there is a request is an error of connect
						_, _ = p.Read(make([]byte, 1))
					}
					p.send(text)
					if rst {
						p.reset()
					} else {
						p.hangUp()
					}
				}
			}})
		}
	}
	for _, before := range []int{1, 10, 100} {
		all = append(all, row{
			name: fmt.Sprintf("reset after %d bytes of the request", before), connect: true, login: unavailable(0), api: fails(),
			answer: plays(func(p *peer) {
				_, _ = p.Read(make([]byte, before))
				p.reset()
			}),
		})
	}
	return all
}
