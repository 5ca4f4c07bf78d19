package hostile_test

import (
	"encoding/binary"
	"io"
)

// Frames of HTTP/2, RFC 9113, section 6.
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePush         = 5
	framePing         = 6
	frameGoAway       = 7
	frameWindow       = 8
	frameContinuation = 9

	flagEnd        = 1 // of the stream, or an acknowledgement
	flagEndHeaders = 4

	status200 = "\x88" // of HPACK's static table
)

// http2 reads requests by HTTP/2. Each is an API request: a login speaks HTTP/1.1 where it can.
func (p *peer) http2() {
	if _, err := io.CopyN(io.Discard, p.in, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	p.frame(frameSettings, 0, 0, "")
	for !p.over {
		typ, stream, ok := p.readFrame()
		switch {
		case !ok:
			return
		case typ == frameHeaders:
			p.stream = stream
			p.site.came(visit{})
			p.site.answer(false)(p)
		}
	}
}

func (p *peer) readFrame() (typ byte, stream uint32, ok bool) {
	var head [9]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return 0, 0, false
	}
	length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
	_, err := io.CopyN(io.Discard, p.in, length)
	return head[3], binary.BigEndian.Uint32(head[5:]), err == nil
}

// frame writes a frame. It reports whether that worked.
func (p *peer) frame(typ, flags byte, stream uint32, payload string) bool {
	return p.send(frame(typ, flags, stream, payload))
}

func frame(typ, flags byte, stream uint32, payload string) string {
	n := len(payload)
	head := []byte{byte(n >> 16), byte(n >> 8), byte(n), typ, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	return string(head) + payload
}
