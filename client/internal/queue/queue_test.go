package queue

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// go1 joins, takes some time when it may go, and notes when that was.
func (q *Queue) go1(behind bool, takes time.Duration, went func()) {
	t := q.Join(behind, false)
	<-t.ready
	went()
	time.Sleep(takes)
	t.Done(true)
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &Queue{atOnce: 1}
		var order []string
		var all sync.WaitGroup
		come := func(name string, behind bool) {
			all.Go(func() { q.go1(behind, time.Second, func() { order = append(order, name) }) })
			synctest.Wait()
		}
		come("first", false)
		come("behind", true)
		for i := range 3 {
			come(fmt.Sprint(i), false)
		}
		again := q.Join(false, true)
		all.Go(func() {
			<-again.ready
			order = append(order, "again")
			again.Done(true)
		})
		promoted, left := q.Join(true, false), q.Join(false, false)
		promoted.Promote()
		promoted.Promote()
		all.Go(func() {
			<-promoted.ready
			order = append(order, "promoted")
			promoted.Done(true)
			promoted.Done(true)
		})
		come("last", false)
		left.Done(false)
		if n := q.Waiting(); n != 7 {
			t.Errorf("%d are waiting; want 7", n)
		}
		all.Wait()
		if want := []string{"first", "again", "0", "1", "2", "promoted", "last", "behind"}; !slices.Equal(order, want) {
			t.Errorf("%v; want %v", order, want)
		}
		if q.going != 0 || q.Waiting() != 0 {
			t.Errorf("%d on their way and %d waiting; want none", q.going, q.Waiting())
		}
	})
}

// The service counts a login somewhere between its request and its answer. Whenever that is, no window has too many.
func TestNoWindowHasMoreThanItsMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &Queue{most: 5, window: time.Minute}
		var mu sync.Mutex
		var counted []time.Time
		var all sync.WaitGroup
		random := rand.New(rand.NewPCG(1, 1))
		for range 100 {
			before, after := time.Duration(random.IntN(3000))*time.Millisecond, time.Duration(random.IntN(3000))*time.Millisecond
			all.Go(func() {
				q.go1(false, before+after, func() {
					mu.Lock()
					defer mu.Unlock()
					counted = append(counted, time.Now().Add(before))
				})
			})
		}
		began := time.Now()
		all.Wait()
		slices.SortFunc(counted, time.Time.Compare)
		for i := 5; i < len(counted); i++ {
			if within := counted[i].Sub(counted[i-5]); within < time.Minute {
				t.Errorf("6 within %s", within)
			}
		}
		if took := time.Since(began); took > 20*66*time.Second {
			t.Errorf("100 took %s; want 20 windows and the times on their way", took)
		}
	})
}

func TestWhoDidNotGoDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &Queue{most: 1, window: time.Hour}
		began := time.Now()
		for range 3 {
			ticket := q.Join(false, false)
			<-ticket.ready
			ticket.Done(false)
		}
		q.go1(false, 0, func() {})
		if time.Since(began) != 0 {
			t.Error("one who did not go takes the place of another")
		}
		q.go1(false, 0, func() {})
		if time.Since(began) != time.Hour {
			t.Errorf("the second went after %s; want an hour", time.Since(began))
		}
	})
}

func TestClosedLetsNobodyGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &Queue{}
		began := time.Now()
		q.Close(began.Add(time.Minute), true)
		q.Close(began.Add(time.Second), false)
		if until, named := q.Closed(); !until.Equal(began.Add(time.Minute)) || !named {
			t.Errorf("until %s, named %t; want a minute that is named", until, named)
		}
		q.go1(false, 0, func() {})
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it went after %s; want a minute", took)
		}
	})
}
