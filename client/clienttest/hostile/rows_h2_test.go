package hostile_test

import "strings"

// http2Rows are answers to an API request by HTTP/2. A login speaks HTTP/1.1.
func http2Rows() (all []row) {
	add := func(name string, act func(*peer), api *want) {
		all = append(all, row{name: "by HTTP/2, " + name, tls: http2, api: api, answer: plays(act)})
	}
	ok := func(p *peer, flags byte) { p.frame(frameHeaders, flags|flagEndHeaders, p.stream, status200) }
	code := func(c byte) string { return "\x00\x00\x00" + string(c) }
	add("200", func(p *peer) { ok(p, flagEnd) }, passes(200))
	add("200 with a body", func(p *peer) { ok(p, 0); p.frame(frameData, flagEnd, p.stream, "{}") }, passes(200))
	add("a close", (*peer).hangUp, fails())
	add("a reset", (*peer).reset, fails())
	add("a refusal of the stream", func(p *peer) { p.frame(frameReset, 0, p.stream, code(2)) }, fails())
	add("a cancel", func(p *peer) { p.frame(frameReset, 0, p.stream, code(8)) }, fails())
	add("a reset in the body", func(p *peer) {
		ok(p, 0)
		p.frame(frameData, 0, p.stream, "{")
		p.frame(frameReset, 0, p.stream, code(2))
	}, cut(200))
	add("a close in the body", func(p *peer) { ok(p, 0); p.frame(frameData, 0, p.stream, "{"); p.hangUp() }, cut(200))
	goAway := func(p *peer, debug string) { p.frame(frameGoAway, 0, 0, "\x00\x00\x00\x01"+code(1)+debug); p.hangUp() }
	add("a go-away that repeats the token", func(p *peer) { goAway(p, goodToken) }, fails())
	add("a go-away in the body that repeats the token", func(p *peer) { ok(p, 0); p.frame(frameData, 0, p.stream, "{"); goAway(p, goodToken) }, cut(200))
	add("a go-away of 15 KB", func(p *peer) { goAway(p, strings.Repeat("\x1b[2J", 4000)) }, fails())
	add("no header block", func(p *peer) { p.frame(frameHeaders, flagEnd|flagEndHeaders, p.stream, "") }, fails())
	add("noise for headers", func(p *peer) { p.frame(frameHeaders, flagEnd|flagEndHeaders, p.stream, "\xff\xff\xff\xff\xff\xff") }, fails())
	add("data before headers", func(p *peer) { p.frame(frameData, flagEnd, p.stream, "{}") }, fails())
	add("headers of another stream", func(p *peer) { p.frame(frameHeaders, flagEnd|flagEndHeaders, 99, status200); ok(p, flagEnd) }, passes(200))
	add("a push", func(p *peer) { p.frame(framePush, flagEndHeaders, p.stream, "\x00\x00\x00\x02\x88") }, fails())
	add("a frame of an unknown type", func(p *peer) { p.frame(200, 0, p.stream, "?"); ok(p, flagEnd) }, passes(200))
	add("a frame of 16 MB", func(p *peer) { p.send("\xff\xff\xff\x00\x00\x00\x00\x00\x01") }, fails())
	add("HTTP/1.1", func(p *peer) { p.send("HTTP/1.1 200 OK\r\n\r\n{}") }, fails())
	add("bad settings", func(p *peer) { p.frame(frameSettings, 0, 0, "x") }, fails())
	add("a window that overflows", func(p *peer) {
		p.frame(frameWindow, 0, 0, "\x7f\xff\xff\xff")
		p.frame(frameWindow, 0, 0, "\x7f\xff\xff\xff")
	}, fails())
	add("a window of nothing", func(p *peer) { p.frame(frameWindow, 0, p.stream, "\x00\x00\x00\x00") }, fails())
	add("an answer twice", func(p *peer) { ok(p, flagEnd); ok(p, flagEnd) }, passes(200))
	add("headers without end", func(p *peer) {
		p.frame(frameHeaders, 0, p.stream, status200)
		p.flood(frame(frameContinuation, 0, p.stream, strings.Repeat("\x00\x01x\x01y", 1000)), 10<<30)
	}, fails())
	add("a body without end", func(p *peer) { ok(p, 0); p.flood(frame(frameData, 0, p.stream, strings.Repeat(" ", 10_000)), 10<<30) }, passes(200))
	all = append(all, row{ // until nobody reads the answers any more: the connection counts as dead then
		name: "by HTTP/2, pings without end", tls: http2, long: true, api: fails(),
		answer: plays(func(p *peer) { p.flood(frame(framePing, 0, 0, "12345678"), 10<<30) }),
	})
	return all
}
