package redisstore_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// liar is a server that speaks Redis's protocol until a command comes that it has an answer of its own for.
type liar struct {
	addr    string
	answers map[string]func(conn net.Conn) // by the command's name in small letters; the connection ends when it returns
	after   string                         // it has none before this word came
	conns   atomic.Int64                   // that came
	lies    atomic.Int64                   // that were told

	mu   sync.Mutex
	said []string // all words of all commands that came
}

// startLiar starts a liar for one test.
func startLiar(t *testing.T, answers map[string]func(conn net.Conn)) *liar {
	t.Helper()
	l := &liar{answers: answers}
	l.start(t)
	return l
}

func (l *liar) start(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.addr = listener.Addr().String()
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			l.conns.Add(1)
			conns.Go(func() { l.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		conns.Wait()
	})
}

func (l *liar) serve(conn net.Conn) {
	defer conn.Close()
	commands := bufio.NewReader(conn)
	for {
		words, err := readCommand(commands)
		if err != nil {
			return
		}
		honest := l.after != "" && !l.heard(l.after)
		l.mu.Lock()
		l.said = append(l.said, words...)
		l.mu.Unlock()
		name := strings.ToLower(words[0])
		if answer := l.answers[name]; answer != nil && !honest {
			l.lies.Add(1)
			answer(conn)
			return
		}
		if _, err := io.WriteString(conn, l.honest(name)); err != nil {
			return
		}
	}
}

// honest returns the answer of a server that has nothing, and is a cluster by itself.
func (l *liar) honest(name string) string {
	switch name {
	case "cluster":
		_, port, _ := strings.Cut(l.addr, ":")
		return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + port + "\r\n"
	case "hello":
		return "%1\r\n$5\r\nproto\r\n:3\r\n"
	case "getrange":
		return "$0\r\n\r\n"
	case "del", "publish":
		return ":0\r\n"
	case "eval":
		return ":1\r\n"
	default:
		return "+OK\r\n"
	}
}

// heard reports whether a word came in a command.
func (l *liar) heard(word string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, said := range l.said {
		if strings.Contains(said, word) {
			return true
		}
	}
	return false
}

// readCommand reads an array of strings.
func readCommand(r *bufio.Reader) ([]string, error) {
	n, err := readLength(r, '*')
	if err != nil {
		return nil, err
	}
	words := make([]string, n)
	for i := range words {
		length, err := readLength(r, '$')
		if err != nil {
			return nil, err
		}
		word := make([]byte, length+2)
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, err
		}
		words[i] = string(word[:length])
	}
	return words, nil
}

func readLength(r *bufio.Reader, mark byte) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	if line[0] != mark {
		return 0, errors.New("no command")
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

// says answers with some bytes, again and again, and then with the end of the connection.
func says(text string, times int) func(net.Conn) {
	bytes := []byte(text) // once, since the memory is looked at
	return func(conn net.Conn) {
		for range times {
			if _, err := conn.Write(bytes); err != nil {
				return
			}
		}
	}
}

// drips answers with some bytes, then with one byte per millisecond, without end.
func drips(bytes string) func(net.Conn) {
	return func(conn net.Conn) {
		_, err := io.WriteString(conn, bytes)
		for err == nil {
			<-time.After(time.Millisecond)
			_, err = conn.Write([]byte("x"))
		}
	}
}
