package client_test

import (
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// The time of a bubble is the monotonic clock of the machines, which stands still while they sleep. The service, the
// store and the machines' wall clocks are beside it: what has a time of theirs is moved against it.

// modelClock is the wall clock of the machine that one Client is on.
type modelClock struct {
	mu   sync.Mutex
	sets []modelSet
	seen map[modelSeen][]byte
}

// modelSeen is a record of the store, and how far the clock was off when it was read.
type modelSeen struct {
	record string
	off    time.Duration
}

// modelSet is how far a wall clock is beside the monotonic one from a time on.
type modelSet struct {
	from time.Time
	off  time.Duration
}

// off tells how far the clock was beside the monotonic one at a time.
func (c *modelClock) off(at time.Time) (off time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sets {
		if !s.from.After(at) {
			off = s.off
		}
	}
	return off
}

func (c *modelClock) moves(d time.Duration) {
	off := c.off(time.Now())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sets = append(c.sets, modelSet{time.Now(), off + d})
}

var modelAccount = client.Account{Service: "own", BaseURL: modelURL, Method: "password", Name: "user"}

// written returns a record as this clock's machine writes it: with the times of its wall clock.
func (c *modelClock) written(record []byte) []byte {
	return client.Redate(modelAccount, record, func(at time.Time) time.Time { return at.Add(c.off(at)) })
}

// read returns a record as one is to be read here, in whose bubble the wall clock is not off. A record that has not
// changed is the same bytes.
func (c *modelClock) read(record []byte) []byte {
	seen := modelSeen{string(record), c.off(time.Now())}
	c.mu.Lock()
	defer c.mu.Unlock()
	if seen.off == 0 {
		return record
	}
	if c.seen[seen] == nil {
		if c.seen == nil {
			c.seen = map[modelSeen][]byte{}
		}
		c.seen[seen] = client.Redate(modelAccount, record, func(at time.Time) time.Time { return at.Add(-seen.off) })
	}
	return c.seen[seen]
}

// sleeps lets all machines sleep. Services and stores do not.
func (d *modelDriver) sleeps(slept time.Duration) {
	for who, c := range d.clients {
		c.Wind(slept)
		d.model.clients[who].clock.moves(slept)
	}
	d.service.ages(slept)
	d.store.set(func(s *modelStore) {
		for key, r := range s.records {
			s.records[key] = modelRecord{r.bytes, r.until.Add(-slept)}
		}
	})
	d.model.slept(slept)
}

// sets sets the wall clock of one machine.
func (d *modelDriver) sets(who int, by time.Duration) {
	d.clients[who].Wind(by)
	known := d.model.clients[who]
	known.clock.moves(by)
	d.model.set(known, by)
}

// ages makes all tokens older.
func (s *modelService) ages(d time.Duration) {
	s.model.mu.Lock()
	defer s.model.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.issued, t.known, t.slept = t.issued.Add(-d), t.known.Add(-d), t.slept+d
		if !t.end.IsZero() {
			t.end = t.end.Add(-d)
		}
	}
}

// slept is told that all machines have slept. Pauses that a Client remembers stand still with its clock.
func (m *model) slept(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.answers {
		m.answers[i].at.at = m.answers[i].at.at.Add(-d)
	}
	m.puts.at = m.puts.at.Add(-d)
	if time.Since(m.puts.at) >= 30*24*time.Hour { // which is how long a store keeps a token whose expiry is unknown
		m.stored = nil
	}
	for _, c := range m.clients {
		c.wakes()
	}
}

// set is told that a clock was set.
func (m *model) set(c *modelClient, by time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c.ahead += by
	m.clocksOff = m.clocksOff || m.store != ""
	c.wakes()
}

// ended reports whether a Client can know that a token is over. It cannot if the token is another's and clocks disagree,
// nor if the machine slept and its clock was set back: then neither clock tells. mu is held.
func (m *model) ended(c *modelClient, t *modelToken, now modelMoment) bool {
	if t.end.IsZero() || m.clocksOff && t.by != c {
		return false
	}
	unknown := time.Duration(0)
	if t == c.held {
		unknown = min(t.slept, max(0, c.heldAhead-c.ahead))
	}
	return !now.at.Before(t.end.Add(unknown))
}

// toldUntil returns until when a call that begins may be told of an answer. If clocks disagree, a note counts from the
// moment when it is read, once in each Client. mu is held.
func (m *model) toldUntil(a modelAnswer) time.Time {
	if !m.clocksOff {
		return a.until
	}
	return a.until.Add(time.Duration(len(m.clients)) * a.until.Sub(a.at.at))
}

// wakes forgets what the calls under way could rely on when they began. mu is held.
func (c *modelClient) wakes() {
	for _, call := range c.open {
		call.holds, call.lives, call.stored, call.well = false, nil, nil, false
	}
}

// lost returns how much of the held token's life its Client takes for over though it is not: its clock was set forward
// since. mu is held.
func (c *modelClient) lost() time.Duration { return max(0, c.ahead-c.heldAhead) }
