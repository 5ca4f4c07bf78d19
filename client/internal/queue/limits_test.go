package queue

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// went counts how many of the tickets may go.
func went(tickets []*Ticket) (n int) {
	for _, t := range tickets {
		if t.Ready() {
			n++
		}
	}
	return n
}

func join(q *Queue, n int) (tickets []*Ticket) {
	for range n {
		tickets = append(tickets, q.Join(false, false))
	}
	return tickets
}

func TestAsManyGoAsTheLimitsAllow(t *testing.T) {
	for name, tt := range map[string]struct {
		atOnce, most int
		window       time.Duration
		at           []int // who may go of ten, at once and after each minute
	}{
		"no limits":             {0, 0, 0, []int{10}},
		"three at once":         {3, 0, 0, []int{3, 6, 9, 10}},
		"four in three minutes": {0, 4, 3 * time.Minute, []int{4, 4, 4, 4, 8, 8, 8, 8, 10}},
		"both":                  {2, 4, 3 * time.Minute, []int{2, 4, 4, 4, 6, 8, 8, 8, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var q Queue
				q.Limit(tt.atOnce, tt.most, tt.window)
				tickets := join(&q, 10)
				for _, ticket := range tickets {
					go func() { // each is back a minute after it went
						<-ticket.ready
						time.Sleep(time.Minute)
						ticket.Done(true)
					}()
				}
				for minute, want := range tt.at {
					synctest.Wait()
					if got := went(tickets); got != want {
						t.Errorf("after %d min %d may go; want %d", minute, got, want)
					}
					time.Sleep(time.Minute)
				}
				time.Sleep(time.Hour)
			})
		})
	}
}

// A window counts those who are on their way, though nobody is back from whom a wait could be told.
func TestOnTheWayIsInTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		q.Limit(0, 1, time.Minute)
		tickets := join(&q, 2)
		time.Sleep(time.Hour)
		if tickets[1].Ready() {
			t.Fatal("two are in the window")
		}
		tickets[0].Done(true)
		time.Sleep(time.Minute - 1)
		if synctest.Wait(); tickets[1].Ready() {
			t.Error("the second went before the window was over")
		}
		time.Sleep(time.Nanosecond)
		if synctest.Wait(); !tickets[1].Ready() {
			t.Error("the second does not go though the window is over")
		}
	})
}

// Without a window no return is remembered, however many there are.
func TestNoWindowNoMemory(t *testing.T) {
	var q Queue
	for range 100 {
		q.Join(false, false).Done(true)
	}
	if len(q.back) != 0 {
		t.Errorf("%d returns are remembered", len(q.back))
	}
}

// Whoever leaves takes no place from others, neither while he waits nor twice.
func TestLeavingIsNoReturn(t *testing.T) {
	q := Queue{atOnce: 1}
	tickets := join(&q, 3)
	tickets[1].Done(true)
	tickets[1].Done(true)
	if q.Waiting() != 1 || tickets[2].Ready() {
		t.Errorf("%d are waiting, and the last may go: %t", q.Waiting(), tickets[2].Ready())
	}
	tickets[0].Done(true)
	tickets[0].Done(true)
	if !tickets[2].Ready() || q.Join(false, false).Ready() {
		t.Error("one place is not one place")
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	q := Queue{atOnce: 1}
	first, second := q.Join(false, false), q.Join(false, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := second.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want the context's error", err)
	}
	first.Done(true)
	if err := second.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

// Those who need no ticket have nil.
func TestNoTicket(_ *testing.T) {
	var none *Ticket
	none.Promote()
	none.Done(true)
}
