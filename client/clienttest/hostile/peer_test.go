package hostile_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// peer is a server's end of a connection.
type peer struct {
	net.Conn
	site   *site
	in     *bufio.Reader
	visit  visit  // the request that was read last
	over   bool   // no further request is read
	stream uint32 // of HTTP/2, of the last request
}

// send writes text as it is. It reports whether that worked.
func (p *peer) send(text ...string) bool {
	for _, t := range text {
		// By pieces, so that the server holds no copy while memory is measured.
		for len(t) > 0 {
			piece := t[:min(len(t), 32<<10)]
			if _, err := io.WriteString(p, piece); err != nil {
				p.over = true
				return false
			}
			t = t[len(piece):]
		}
	}
	return true
}

// reply writes a well-formed answer. Of a header that is "" in it, the usual value is left out.
func (p *peer) reply(status int, header map[string]string, body string) {
	p.send(head(status, header, len(body)), body)
}

// head returns the head of an answer.
func head(status int, header map[string]string, length int) string {
	all := map[string]string{"Content-Type": "application/json", "Content-Length": fmt.Sprint(length)}
	for name, value := range header {
		all[name] = value
	}
	if status == http.StatusNoContent || status == http.StatusNotModified || status < 200 {
		delete(all, "Content-Length")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
	for name, value := range all {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	return b.String() + "\r\n"
}

// hangUp closes the connection in an orderly way.
func (p *peer) hangUp() {
	p.over = true
	_ = p.Close()
}

// reset closes the connection at once, with a RST where there is one.
func (p *peer) reset() {
	conn := p.Conn
	if encrypted, ok := conn.(*tls.Conn); ok {
		conn = encrypted.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	p.hangUp()
}

// sleep sleeps, at most until the case is over.
func (p *peer) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-p.site.ended:
	}
}

// wait keeps the connection and says nothing more, until the other side closes it.
func (p *peer) wait() {
	p.over = true
	from := io.Reader(p.Conn)
	if p.in != nil {
		from = p.in
	}
	_, _ = io.Copy(io.Discard, from)
}

// flood repeats text until the other side has closed the connection, or has taken total bytes.
func (p *peer) flood(text string, total int64) {
	chunk := []byte(strings.Repeat(text, max(1, 32<<10/len(text))))
	for sent := int64(0); sent < total; sent += int64(len(chunk)) {
		if _, err := p.Write(chunk); err != nil {
			break
		}
	}
	p.over = true
}
