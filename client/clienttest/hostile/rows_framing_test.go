package hostile_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
)

// framingRows are answers whose length, chunks, encoding or end is wrong.
func framingRows() (all []row) {
	// add has what follows the head of an honest answer but its length.
	add := func(name string, text func(service) string, login, api *want) {
		all = append(all, row{name: name, login: login, api: api, answer: func(s service) script {
			answer := text(s)
			return func(p *peer) {
				p.send(answer)
				p.hangUp()
			}
		}})
	}
	headed := func(header string, body func(service) string) func(service) string {
		return func(s service) string { return "HTTP/1.1 200 OK\r\n" + header + "\r\n\r\n" + body(s) }
	}
	length := func(format string) func(service) string {
		return func(s service) string {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\n"+format+"\r\n\r\n%[2]s", len(s.fine()), s.fine())
		}
	}
	add("no length", headed("X: y", service.fine), gives(goodToken), passes(200))
	add("no length, closed by the header", headed("Connection: close", service.fine), gives(goodToken), passes(200))
	add("a length", length("Content-Length: %d"), gives(goodToken), passes(200))
	add("two equal lengths", length("Content-Length: %[1]d\r\nContent-Length: %[1]d"), gives(goodToken), passes(200))
	add("two lengths", length("Content-Length: %d\r\nContent-Length: 7"), unavailable(0), fails())
	add("a list of lengths", length("Content-Length: %[1]d, %[1]d"), unavailable(0), fails())
	add("a length that is too small", length("Content-Length: 1%[1]d\r\nX: y"), unavailable(200), cut(200))
	add("a length that is too large", length("Content-Length: 9%d"), unavailable(200), cut(200))
	add("a length of 9 EB", headed("Content-Length: 9223372036854775807", service.fine), unavailable(200), cut(200))
	add("an empty body that has a length", headed("Content-Length: 100", always("")), unavailable(200), cut(200))
	add("half a body", func(s service) string { return head(200, nil, len(s.fine())) + s.fine()[:len(s.fine())/2] }, unavailable(200), cut(200))
	for _, bad := range []string{"-1", "+1", "1x", "0x10", "1.0", "99999999999999999999", " ", "１"} {
		add("the length "+bad, headed("Content-Length: "+bad, service.fine), unavailable(0), fails())
	}
	add("a length and chunks", headed("Content-Length: 3\r\nTransfer-Encoding: chunked", chunked), gives(goodToken), passes(200))
	add("chunks", headed("Transfer-Encoding: chunked", chunked), gives(goodToken), passes(200))
	add("chunks of one byte", headed("Transfer-Encoding: chunked", func(s service) string {
		var b strings.Builder
		for _, c := range []byte(s.fine()) {
			b.WriteString("1\r\n" + string(c) + "\r\n")
		}
		return b.String() + "0\r\n\r\n"
	}), gives(goodToken), passes(200))
	add("Chunked in capitals", headed("TRANSFER-ENCODING: CHUNKED", chunked), gives(goodToken), passes(200))
	add("chunks with an extension", headed("Transfer-Encoding: chunked", func(s service) string {
		return strings.Replace(chunked(s), "\r\n", ";name=\"value\"\r\n", 1)
	}), gives(goodToken), passes(200))
	for _, encoding := range []string{"gzip", "gzip, chunked", "chunked, chunked", "identity", "x", "chunked\r\nTransfer-Encoding: chunked", " "} {
		add("the transfer encoding "+encoding, headed("Transfer-Encoding: "+encoding, chunked), unavailable(0), fails())
	}
	for name, body := range map[string]string{
		"that are cut": "1000\r\n{", "without an end": "1\r\n{\r\n", "of no size": "\r\n", "of a size that is none": "xyz\r\n{}\r\n", "of a size below zero": "-1\r\n{}\r\n",
		"of 16 EB": "fffffffffffffffff\r\n{}\r\n", "of a size of 5,000 digits": strings.Repeat("0", 5000) + "1\r\n{\r\n", "that are too long": "1\r\n{}\r\n0\r\n\r\n",
		"with an extension of 5 KB": "1;" + strings.Repeat("x", 5000) + "\r\n{\r\n", "with a line feed alone": "2\n{}\n0\n\n",
	} {
		add("chunks "+name, headed("Transfer-Encoding: chunked", always(body)), unavailable(200), cut(200))
	}
	add("chunks with extensions of 5 MB", headed("Transfer-Encoding: chunked", always(strings.Repeat("1;"+strings.Repeat("x", 500)+"\r\n \r\n", 10_000))), unavailable(200), cut(200))
	trailed := func(trailer string) func(service) string {
		return headed("Transfer-Encoding: chunked\r\nTrailer: X", func(s service) string { return strings.TrimSuffix(chunked(s), "\r\n") + trailer })
	}
	add("a trailer", trailed("X: y\r\n\r\n"), gives(goodToken), passes(200))
	add("a trailer that nobody announced", trailed("Y: y\r\nContent-Length: 0\r\nAuthorization: x\r\n\r\n"), gives(goodToken), passes(200))
	add("a trailer that is none", trailed("no colon\r\n\r\n"), unavailable(200), cut(200))
	add("a trailer that is cut", trailed("X: y\r\n"), unavailable(200), cut(200))
	add("a trailer of 1 MB", trailed(strings.Repeat("X: y\r\n", 170_000)+"\r\n"), unavailable(200), cut(200))
	add("an answer, and another", func(s service) string {
		return head(200, nil, len(s.fine())) + s.fine() + head(500, nil, 2) + "{}"
	}, gives(goodToken), passes(200))
	all = append(all, row{name: "an answer, and another, where the connection stays", follows: true, login: gives(goodToken), api: passes(200), answer: func(s service) script {
		text := head(200, nil, len(s.fine())) + s.fine() + head(500, nil, 2) + "{}"
		return func(p *peer) { p.send(text) }
	}})
	add("an answer, and noise", func(s service) string {
		return head(200, nil, len(s.fine())) + s.fine() + strings.Repeat("\x00\xff", 5000)
	}, gives(goodToken), passes(200))
	all[len(all)-1].follows = true
	add("204 with a body", func(service) string { return "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello" }, unexpected(204), passes(204))
	add("304 with a body", func(service) string { return "HTTP/1.1 304 Not Modified\r\n\r\nhello" }, unexpected(304), passes(304))

	coded := func(encoding string, body func(service) string) func(service) string {
		return func(s service) string {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", encoding, len(body(s)), body(s))
		}
	}
	zipped := func(s service) string { return gzipped(s.fine()) }
	add("gzip", coded("gzip", zipped), gives(goodToken), passes(200))
	add("GZIP", coded("GZIP", zipped), gives(goodToken), passes(200))
	add("gzip that is none", coded("gzip", service.fine), unavailable(200), cut(200))
	add("gzip that is empty", coded("gzip", always("")), unexpected(200), passes(200))
	add("gzip that is cut", coded("gzip", func(s service) string { return zipped(s)[:20] }), unavailable(200), cut(200))
	add("gzip without an end", coded("gzip", func(s service) string { return zipped(s)[:len(zipped(s))-8] }), unavailable(200), cut(200))
	add("gzip with a false sum", coded("gzip", func(s service) string { return zipped(s)[:len(zipped(s))-8] + strings.Repeat("\x00", 8) }), unavailable(200), cut(200))
	add("gzip, and noise", coded("gzip", func(s service) string { return zipped(s) + "noise, noise, noise" }), unavailable(200), cut(200))
	add("gzip in gzip", coded("gzip", func(s service) string { return gzipped(zipped(s)) }), unexpected(200), passes(200))
	add("gzip twice, as it says", coded("gzip, gzip", func(s service) string { return gzipped(zipped(s)) }), unexpected(200), passes(200))
	add("gzip in two members", coded("gzip", func(s service) string { return gzipped(s.fine()[:9]) + gzipped(s.fine()[9:]) }), gives(goodToken), passes(200))
	add("a gzip bomb", coded("gzip", always(bomb)), unexpected(200), passes(200))
	add("a gzip bomb of empty members", coded("gzip", always(strings.Repeat(gzipped(""), 40_000))), unexpected(200), passes(200))
	for _, encoding := range []string{"br", "deflate", "zstd", "compress", "x-gzip", "identity, gzip"} {
		add("false "+encoding, coded(encoding, zipped), unexpected(200), passes(200))
	}
	add("identity", coded("identity", service.fine), gives(goodToken), passes(200))
	add("plain text that is called br", coded("br", service.fine), gives(goodToken), passes(200))
	return all
}

func chunked(s service) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(s.fine()), s.fine()) }

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// bomb is 1 GiB of blanks in 1 MiB of gzip, made of copies of one block.
var bomb = func() string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = w.Write(bytes.Repeat([]byte(" "), 16<<20))
	_ = w.Close()
	return strings.Repeat(b.String(), 64)
}()
