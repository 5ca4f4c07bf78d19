package lane

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
)

const maxWait = 30 * time.Second

// enter returns the turn of a new request.
func enter(t *testing.T, l *Lanes, path string) *Turn {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	turn, err := l.Enter(req)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// tooMany is a 429 that asks to wait so many seconds, or says nothing.
func tooMany(seconds string) *http.Response {
	resp := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{}}
	if seconds != "" {
		resp.Header.Set("Retry-After", seconds)
	}
	return resp
}

var (
	fine      = &http.Response{StatusCode: http.StatusOK}
	errBroken = errors.New("connection reset")
)

func TestNilNeverWaits(t *testing.T) {
	var l *Lanes
	turn := enter(t, l, "/things")
	turn.Answered(tooMany("60"), nil)
	if err := turn.Wait(t.Context()); turn != nil || err != nil {
		t.Errorf("%v, %v", turn, err)
	}
	turn.Leave()
}

// Without a hint the wait grows with each 429 to a request that went first, and not with those that come at once.
func TestWaitGrowsWithoutAHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(maxWait)
		var together []*Turn
		for range 50 {
			together = append(together, enter(t, l, "/things"))
		}
		for _, turn := range together {
			turn.Answered(tooMany(""), nil)
		}
		for _, longest := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
			longest *= time.Second
			began := time.Now()
			turn := enter(t, l, "/things")
			if took := time.Since(began); took < longest*4/5 || took > longest {
				t.Errorf("waited %s; want at most %s, and a fifth less at least", took, longest)
			}
			turn.Answered(tooMany(""), nil)
		}
	})
}

func TestShorterWaitNeverReplacesALongerOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(maxWait)
		a, b := enter(t, l, "/things/1"), enter(t, l, "/things/2")
		a.Answered(tooMany("20"), nil)
		b.Answered(tooMany("1"), nil)
		began := time.Now()
		enter(t, l, "/things/3")
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("waited %s; want 20 s", took)
		}
	})
}

// A 429 that comes while the first one is under way is newer than what its answer tells.
func Test429BesideTheFirstOneKeepsTheLaneClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(maxWait)
		a, late := enter(t, l, "/things"), enter(t, l, "/things")
		a.Answered(tooMany("1"), nil)
		first := enter(t, l, "/things")
		late.Answered(tooMany("5"), nil)
		first.Answered(fine, nil)
		began := time.Now()
		enter(t, l, "/things").Answered(fine, nil)
		enter(t, l, "/things")
		if took := time.Since(began); took != 5*time.Second || len(l.closed) != 0 {
			t.Errorf("waited %s, %d lanes; want 5 s, and none in the end", took, len(l.closed))
		}
	})
}

// The time that an answer took is no wait: a request that was answered 429 late has its place in the lane, too.
func TestLateAnswerIsNoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(maxWait)
		late := enter(t, l, "/things")
		time.Sleep(time.Minute)
		late.Answered(tooMany("4"), nil)
		first := enter(t, l, "/things")
		time.AfterFunc(time.Second, func() { first.Answered(fine, nil) })
		began := time.Now()
		if err := late.Wait(t.Context()); err != nil || time.Since(began) != time.Second {
			t.Errorf("%v after %s; want it to follow the first one after 1 s", err, time.Since(began))
		}
	})
}

// A lane that nobody came back to is forgotten.
func TestOldLaneIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(maxWait)
		enter(t, l, "/things").Answered(tooMany("1"), nil)
		time.Sleep(time.Hour)
		enter(t, l, "/things")
		began := time.Now()
		enter(t, l, "/things") // and the one before has no answer yet
		if took := time.Since(began); took != 0 || len(l.closed) != 0 {
			t.Errorf("waited %s, %d lanes", took, len(l.closed))
		}
	})
}

// Memory is bounded. Whoever waits in a lane that has to go is sent, and lanes that are over go first.
func TestLanesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(maxWait)
		word := func(i int) string { return fmt.Sprintf("/%c%c%c", 'g'+i%20, 'g'+i/20%20, 'g'+i/400%20) }
		for i := range maxLanes {
			enter(t, l, word(i)).Answered(tooMany("20"), nil)
		}
		time.Sleep(time.Second)
		var waiting sync.WaitGroup
		for i := range maxLanes {
			waiting.Go(func() { enter(t, l, word(i)) })
		}
		synctest.Wait()
		began := time.Now()
		for i := range maxLanes {
			enter(t, l, "/more"+word(i)).Answered(tooMany("25"), nil)
		}
		if n := len(l.closed); n != maxLanes {
			t.Errorf("%d lanes; want %d", n, maxLanes)
		}
		waiting.Wait()
		if took := time.Since(began); took > 19*time.Second {
			t.Errorf("waited %s", took)
		}

		time.Sleep(time.Hour)
		enter(t, l, "/last").Answered(tooMany("20"), nil)
		if n := len(l.closed); n != 1 {
			t.Errorf("%d lanes; want those gone that are over", n)
		}
	})
}

// Whatever becomes of requests, all come to their end, and one goes first at a time.
func TestRandomRequests(t *testing.T) {
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			l := New(maxWait)
			first := map[evidence.Route]int{}
			var mu sync.Mutex
			var requests sync.WaitGroup
			for range 300 {
				requests.Go(func() {
					time.Sleep(rand.N(20 * time.Second))
					ctx, cancel := context.WithTimeout(t.Context(), rand.N(time.Minute))
					defer cancel()
					if rand.N(4) == 0 {
						time.AfterFunc(rand.N(10*time.Second), cancel)
					}
					req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/"+[]string{"a", "b"}[rand.N(2)], nil)
					if err != nil {
						t.Error(err)
						return
					}
					turn, err := l.Enter(req)
					for range 3 {
						if err != nil {
							if !errors.Is(err, context.Canceled) {
								t.Error(err) // no deadline ends a wait
							}
							return
						}
						goesFirst := turn.ahead != nil
						mu.Lock()
						if goesFirst {
							first[turn.route]++
						}
						if first[turn.route] > 1 {
							t.Error("two go first")
						}
						mu.Unlock()
						time.Sleep(rand.N(time.Second))
						mu.Lock()
						if goesFirst {
							first[turn.route]--
						}
						mu.Unlock()
						switch rand.N(4) {
						case 0:
							turn.Answered(nil, errBroken)
						case 1:
							turn.Answered(fine, nil)
						case 2:
							turn.Answered(tooMany(fmt.Sprint(rand.N(5)+1)), nil)
						case 3:
							turn.Leave()
							return
						}
						err = turn.Wait(ctx)
					}
					turn.Leave()
				})
			}
			requests.Wait()
			for route, la := range l.closed {
				if len(la.first) != 1 {
					t.Errorf("nobody can go first at %v", route)
				}
			}
		})
	}
}
