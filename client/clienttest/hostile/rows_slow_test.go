package hostile_test

import (
	"context"
	"strings"
	"time"
)

// slowRows are servers that take their time. A login ends after 30 s. An API request has the caller's time, but nothing
// of ours waits for what nobody reads.
func slowRows() (all []row) {
	const loginLimit = 30 * time.Second
	silent := unavailable(0).of(context.DeadlineExceeded).in(loginLimit, loginLimit)
	waits := fails().of(context.DeadlineExceeded).in(patience, patience)
	stalls := func(status int) *want { return cut(status).of(context.DeadlineExceeded).in(patience, patience) }
	add := func(name string, connect bool, act func(*peer), login, api *want) {
		all = append(all, row{name: name, slow: true, connect: connect, login: login, api: api, answer: plays(act)})
	}
	trickle := func(p *peer, text string) {
		for p.send(text) {
			p.sleep(time.Second)
		}
	}
	after := func(text string) func(*peer) {
		return func(p *peer) {
			p.send(text)
			p.wait()
		}
	}
	add("nothing is read", true, func(p *peer) { p.sleep(2 * patience) }, silent, waits)
	add("all is read, and no answer comes", true, (*peer).wait, silent, waits)
	add("no answer", false, (*peer).wait, silent, waits)
	for _, part := range []string{"H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"} {
		add("silence after "+strings.Trim(strings.ReplaceAll(part, "\r\n", "|"), "|"), false, after(part), silent, waits)
	}
	add("silence in the body", false, after(head(200, nil, 50)+`{"token":`), silent, stalls(200))
	add("silence before a body of unknown length", false, after("HTTP/1.1 200 OK\r\n\r\n"), silent, stalls(200))
	add("silence after all but a length", false, func(p *peer) { after("HTTP/1.1 200 OK\r\n\r\n" + p.site.service.fine())(p) }, silent, stalls(200))
	add("silence in a chunk", false, after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"), silent, stalls(200))
	add("silence before the trailer", false, func(p *peer) {
		after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.TrimSuffix(chunked(p.site.service), "\r\n"))(p)
	}, silent, stalls(200))
	add("silence in a 500", false, after(head(500, nil, 50)), silent, stalls(500))
	add("silence in a 403", false, after(head(403, nil, 50)+"{"), silent, stalls(403))
	add("silence after 101", false, after("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), unexpected(101).in(0, 0), passes(101))
	add("silence after 101 without an upgrade", false, after("HTTP/1.1 101 Switching Protocols\r\n\r\n"), unexpected(101).in(0, 0), passes(101))
	add("silence in a redirect", false, after("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 5\r\n\r\n"), silent, nil)
	add("silence in a 401", false, after(head(401, nil, 50)+"{"), silent,
		cut(401).with(2, 2).of(context.DeadlineExceeded).in(patience, patience))
	add("a trickle of the status line", false, func(p *peer) { p.send("HTTP/1.1 200 "); trickle(p, "x") }, silent, waits)
	add("a trickle of headers", false, func(p *peer) { p.send("HTTP/1.1 200 OK\r\n"); trickle(p, "X: y\r\n") }, silent, waits)
	add("a trickle of interim answers", false, func(p *peer) { trickle(p, "HTTP/1.1 102 Processing\r\n\r\n") }, silent, waits)
	add("a trickle of the body", false, func(p *peer) { p.send("HTTP/1.1 200 OK\r\n\r\n"); trickle(p, " ") }, silent, stalls(200))
	add("a trickle of chunks", false, func(p *peer) {
		p.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		trickle(p, "1\r\n \r\n")
	}, silent, stalls(200))
	add("a trickle of a trailer", false, func(p *peer) {
		p.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
		trickle(p, "X: y\r\n")
	}, silent, stalls(200))
	add("silence in gzip", false, after("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+bomb[:100]), silent, nil)
	add("29 s", false, func(p *peer) { p.sleep(29 * time.Second); p.reply(200, nil, p.site.service.fine()) },
		gives(goodToken).in(29*time.Second, 29*time.Second), passes(200).in(29*time.Second, 29*time.Second))
	add("31 s", false, func(p *peer) { p.sleep(31 * time.Second); p.reply(200, nil, p.site.service.fine()) },
		silent, passes(200).in(31*time.Second, 31*time.Second))
	add("an hour", false, func(p *peer) { p.sleep(time.Hour); p.reply(200, nil, p.site.service.fine()) }, silent, waits)
	add("a token, a byte in a millisecond", false, func(p *peer) {
		text := head(200, nil, len(p.site.service.fine())) + p.site.service.fine()
		for i := range len(text) {
			p.send(text[i : i+1])
			p.sleep(time.Millisecond)
		}
	}, gives(goodToken).in(0, time.Second), passes(200).in(0, time.Second))
	all = append(all, row{
		name: "silence in TLS", slow: true, connect: true, tls: "good", answer: plays((*peer).wait),
		login: unavailable(0).in(10*time.Second, 10*time.Second),
	})
	return all
}
