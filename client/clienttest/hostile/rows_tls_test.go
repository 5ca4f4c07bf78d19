package hostile_test

// tlsRows are servers that cannot prove who they are, and what goes wrong with TLS otherwise. At an API request the
// login went well before.
func tlsRows() (all []row) {
	honest := answers(200, nil, service.fine)
	for _, by := range []trust{wrongName, evilName, noName, expired, early, untrusted, itself, forClient, longChain} {
		all = append(all, row{name: "a certificate " + string(by), tls: by, answer: honest, login: unavailable(0).with(none, 0), api: fails().with(none, 1)})
	}
	for _, by := range []trust{tls10, tls11, wantsCert} {
		all = append(all, row{name: "a server: " + string(by), tls: by, answer: honest, login: unavailable(0).with(none, 0), api: fails().with(none, 1)})
	}
	all = append(all, row{name: "TLS", tls: good, answer: honest, login: gives(goodToken), api: passes(200)})
	for name, text := range map[string]string{
		"nothing": "", "HTTP": "HTTP/1.1 400 Bad Request\r\n\r\n", "noise": "\x00\xff\x00\xff\x00\xff\x00\xff", "a TLS alert": "\x15\x03\x03\x00\x02\x02\x28", "TLS that is cut": "\x16\x03\x03\x40", "a record of 64 KB": "\x16\x03\x03\xff\xff",
		"a hello of another version": "\x16\x03\x00\x00\x05\x02\x00\x00\x01\x00", "SSH": "SSH-2.0-x\r\n", "an SSL 2 hello": "\x80\x2e\x01\x00\x02", "a warning": "\x15\x03\x03\x00\x02\x01\x00",
	} {
		all = append(all, row{
			name: "in place of TLS, " + name, tls: good, connect: true, login: unavailable(0), api: fails(),
			answer: plays(func(p *peer) {
				_, _ = p.Read(make([]byte, 4096)) // the client's hello, or else the close is a RST
				p.send(text)
				p.hangUp()
			}),
		})
	}
	all = append(all, row{
		name: "in place of TLS, warnings without end", tls: good, connect: true, login: unavailable(0), api: fails(),
		answer: plays(func(p *peer) { p.flood("\x15\x03\x03\x00\x02\x01\x00", 10<<30) }),
	}, row{
		name: "in place of TLS, empty records without end", tls: good, connect: true, login: unavailable(0), api: fails(),
		answer: plays(func(p *peer) { p.flood("\x16\x03\x03\x00\x00", 10<<30) }),
	})
	return all
}

// none is the number of requests that come if none comes.
const none = -1
