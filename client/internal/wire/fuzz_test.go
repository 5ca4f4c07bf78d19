package wire_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// Whatever a 429 says, the wait before another attempt is no longer than the policy and the deadline allow, and not so
// short that it is none. If there is no other attempt, the wait is told all the same.
func FuzzT4Again(f *testing.F) {
	const second = int64(time.Second)
	for _, head := range []string{
		"Retry-After: 5", "Retry-After: 0", "Retry-After: 99999999999999999999", "Retry-After: Sat, 01 Jan 2000 00:00:07 GMT",
		"Retry-After-Ms: 1", "X-RateLimit-Reset: 946684860", "RateLimit: \"a\";r=0;t=9", "Date: Fri, 31 Dec 1999 23:59:59 GMT\r\nRetry-After: 1", "X: 1",
	} {
		f.Add(head, 30*second, 60*second, uint8(4), uint8(0))
		f.Add(head, second, 3*second, uint8(2), uint8(200))
		f.Add(head, second, int64(0), uint8(4), uint8(0))
		f.Add(head, 1000*second, int64(0), uint8(9), uint8(1))
	}
	f.Fuzz(func(t *testing.T, head string, maxWait, left int64, attempts, earlier uint8) {
		longest := time.Duration(maxWait)
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader("HTTP/1.1 429 Too Many\r\n"+head+"\r\n\r\n")), nil)
		if err != nil || longest < time.Millisecond || longest > time.Hour || left < 0 {
			return
		}
		_ = resp.Body.Close()
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if left > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Duration(left))
				defer cancel()
			}
			policy, tries := wire.NewPolicy(int(attempts), longest, false), wire.LoginTries()
			tries.InARow = int(earlier)
			again, sent := true, 1
			for ; again; sent++ {
				var wait time.Duration
				var named bool
				again, wait, named = policy.Again(ctx, &tries, resp.Header)
				if want, is := retryafter.Parse(resp.Header, time.Now()); named != is || named && wait != want {
					t.Fatalf("a wait of %s, named: %t; the header says %s, %t", wait, named, want, is)
				}
				if wait < retryafter.Shortest || !named && wait > 40*time.Second {
					t.Fatalf("a wait of %s", wait)
				}
				if !again {
					break
				}
				if wait > longest || sent >= int(attempts) {
					t.Fatalf("a wait of %s after %d of %d attempts, with at most %s", wait, sent, attempts, longest)
				}
				time.Sleep(wait)
				if ctx.Err() != nil {
					t.Fatalf("a wait of %s, which ends after the deadline", wait)
				}
			}
		})
	})
}
