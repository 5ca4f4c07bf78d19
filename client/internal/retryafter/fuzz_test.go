package retryafter_test

import (
	"bufio"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

const longest = 366 * 24 * time.Hour

// received returns a header as net/http reads it off the wire, nil if it is none.
func received(head string) http.Header {
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader("HTTP/1.1 429 Too Many Requests\r\n"+head+"\r\n\r\n")), nil)
	if err != nil {
		return nil
	}
	_ = resp.Body.Close()
	return resp.Header
}

// Whatever a server sends, a wait that is believed is sane, the same each time, and not shortened by a further
// Retry-After.
func FuzzT4Header(f *testing.F) {
	for _, tt := range headers {
		var head strings.Builder
		if err := tt.header.Write(&head); err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimSuffix(head.String(), "\r\n"), "5")
	}
	f.Fuzz(func(t *testing.T, head, further string) {
		h := received(head)
		before := h.Clone()
		wait, named := retryafter.Parse(h, now)
		if named != (wait != 0) || named && (wait < retryafter.Shortest || wait > longest) {
			t.Errorf("%s, %t", wait, named)
		}
		if again, _ := retryafter.Parse(maps.Clone(h), now); again != wait {
			t.Errorf("%s, and then %s", wait, again)
		}
		usual, ok := retryafter.RetryAfter(h, now)
		if ok && usual != wait {
			t.Errorf("%s; Retry-After names %s", wait, usual)
		}
		if !reflect.DeepEqual(h, before) {
			t.Errorf("%q has become %q", before, h)
		}
		if h == nil {
			return
		}
		h.Add("Retry-After", further)
		if more, named := retryafter.Parse(h, now); ok && (more < wait || !named) {
			t.Errorf("%s, and with %q too %s", wait, further, more)
		}
	})
}

// A value means what strconv and package time read in it, and one that names a moment counts down.
func FuzzT4RetryAfter(f *testing.F) {
	for _, tt := range headers {
		for _, values := range tt.header {
			f.Add(values[0], now.Unix())
		}
	}
	f.Add("2026-11-22 17:02:21,1", now.Add(time.Minute).Unix()) // over by then, and no list with a second in it
	f.Fuzz(func(t *testing.T, value string, seconds int64) {
		if seconds < 0 || seconds >= 1<<33 {
			return
		}
		now := time.Unix(seconds, 0)
		h := http.Header{"Retry-After": {value}}
		wait, named := retryafter.Parse(h, now)
		if want, known := read(strings.Trim(value, " \t\""), now); known {
			sane := want >= retryafter.Shortest && want <= longest
			if named != sane || sane && (wait-want).Abs() > time.Microsecond {
				t.Errorf("%q at %s: %s, %t; want %s", value, now, wait, named, want)
			}
		}
		later, still := retryafter.Parse(h, now.Add(time.Second))
		if passed := wait - later; named && still && (passed < -time.Microsecond || passed > time.Second+time.Microsecond) {
			t.Errorf("%q at %s: %s, and a second later %s", value, now, wait, later)
		}
	})
}

// read reads the forms of RFC 9110, RFC 3339 and a Go program's. known is false for the others.
func read(value string, now time.Time) (wait time.Duration, known bool) {
	if n, err := strconv.ParseUint(value, 10, 63); err == nil {
		switch {
		case n <= uint64(longest.Seconds()):
			return time.Duration(n) * time.Second, true
		case n < 1e10:
			return time.Unix(int64(n), 0).Sub(now), true
		default: // milliseconds since 1970, perhaps
			return 0, false
		}
	}
	for _, layout := range []string{http.TimeFormat, "Monday, 02-Jan-06 15:04:05 GMT", time.ANSIC, time.RFC3339} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.Sub(now), true
		}
	}
	d, err := time.ParseDuration(value)
	return d, err == nil
}
