package places

import (
	"encoding/binary"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

type user struct {
	place   Place
	name    int
	expired bool
}

func (u *user) Place() *Place { return &u.place }

func newUser(name int) *user {
	u := &user{name: name}
	u.place = At(keyOf(name), u)
	return u
}

// keyOf has several names in each chain.
func keyOf(name int) (key Key) {
	binary.LittleEndian.PutUint32(key[:], uint32(name%4))
	binary.LittleEndian.PutUint32(key[8:], uint32(name))
	return key
}

func userAt(place *Place) *user { return place.Value().(*user) }

// room is Places of users, which are made when they come.
type room struct{ *Places }

func newRoom(size int) room { return room{New(size, func(p *Place) bool { return userAt(p).expired })} }

func (r room) come(name int) *user {
	if place := r.Find(keyOf(name)); place != nil {
		return userAt(place)
	}
	return userAt(r.Add(&newUser(name).place))
}

func (r room) begin(u *user) { r.Begin(&u.place) }

func (r room) end(u *user, held bool) { r.End(&u.place, held) }

func (r room) logIn(name int) *user {
	u := r.come(name)
	r.begin(u)
	r.end(u, true)
	return u
}

func (r room) names() []int {
	var names []int
	for place := range r.All() {
		names = append(names, userAt(place).name)
	}
	slices.Sort(names)
	return names
}

func (r room) want(t interface {
	Helper()
	Errorf(string, ...any)
}, when string, names ...int) {
	t.Helper()
	if got := r.names(); !slices.Equal(got, names) {
		t.Errorf("%s: %v are there; want %v", when, got, names)
	}
	if n := r.Counts(); n.Values != len(names) {
		t.Errorf("%s: %+v; want %d values", when, n, len(names))
	}
}

func TestTheOneUsedLongestAgoLeaves(t *testing.T) {
	r := newRoom(3)
	for name := range 3 {
		r.logIn(name)
	}
	r.come(0)
	r.logIn(3)
	r.want(t, "0 was used again", 0, 2, 3)
	r.logIn(4)
	r.want(t, "one more", 0, 3, 4)
}

func TestGuessesPushOutNobodyWhoIsHeld(t *testing.T) {
	r := newRoom(16) // with a reserve of 3
	for name := range 16 {
		r.logIn(name)
	}
	for guess := 100; guess < 200; guess++ {
		u := r.come(guess)
		r.begin(u)
		r.end(u, false)
	}
	r.want(t, "after guesses", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 197, 198, 199)
}

func TestNewcomersKeepTheirPlace(t *testing.T) {
	r := newRoom(16)
	for name := range 16 {
		r.logIn(name)
	}
	var newcomers []*user
	for name := 100; name < 110; name++ { // all of them log in at the same time
		u := r.come(name)
		r.begin(u)
		newcomers = append(newcomers, u)
	}
	for guess := 200; guess < 300; guess++ {
		r.come(guess)
	}
	for _, u := range newcomers {
		r.end(u, true)
		if r.come(u.name) != u {
			t.Errorf("%d has lost the place", u.name)
		}
	}
	if n := r.Counts(); n.Values != 16+3 || n.Busy != 0 {
		t.Errorf("%+v; want 16 that are held and a reserve of 3", n)
	}
}

func TestExpiredCountsAsNotHeld(t *testing.T) {
	r := newRoom(8)
	for name := range 8 {
		r.logIn(name).expired = true
	}
	for name := 100; name < 108; name++ {
		r.come(name)
	}
	r.want(t, "newcomers beside expired ones", 100, 101, 102, 103, 104, 105, 106, 107)
}

// However many have expired, one that comes makes two leave at most: it takes the same time in each room.
func TestTwoLeaveAtMost(t *testing.T) {
	r := newRoom(16)
	var held []*user
	for name := range 16 {
		held = append(held, r.logIn(name))
	}
	for name := 100; name < 103; name++ { // as many as the reserve
		r.come(name)
	}
	for _, u := range held {
		u.expired = true
	}
	for i, want := range []int{18, 17, 16, 16} {
		r.come(200 + i)
		if n := r.Counts().Values; n != want {
			t.Errorf("%d are left after %d have come; want %d", n, i+1, want)
		}
	}
}

func TestOneWhoseLoginIsUnderWayNeverLeaves(t *testing.T) {
	r := newRoom(1)
	u := r.come(1)
	r.begin(u)
	r.begin(u) // a second login, as after a Logout
	for name := 100; name < 110; name++ {
		r.logIn(name)
	}
	r.end(u, false)
	if r.come(1) != u {
		t.Error("it has left, though one of its logins is under way")
	}
	r.end(u, true)
	r.want(t, "it is held", 1)
}

func TestOneThatHasLeftComesBackWithItsLogin(t *testing.T) {
	r := newRoom(1)
	u := r.come(1)
	r.come(2)
	r.want(t, "1 has left", 2)
	r.begin(u)
	r.end(u, true)
	if r.come(1) != u {
		t.Error("it has not come back")
	}
	r.come(3)
	r.logIn(4)
	again := r.come(1)
	if again == u {
		t.Fatal("1 did not leave")
	}
	r.begin(u) // another one has its key now
	r.end(u, true)
	if r.come(1) != again {
		t.Error("it has pushed out the one that has its key")
	}
	r.want(t, "two have one key", 1, 4)
}

func TestRemovedDoesNotComeBack(t *testing.T) {
	r := newRoom(4)
	held, busy, other := r.logIn(1), r.come(2), r.come(3)
	r.begin(busy)
	for _, u := range []*user{held, busy, other, held} {
		r.Remove(&u.place)
	}
	r.want(t, "all are removed")
	r.end(busy, true)
	r.begin(held)
	r.end(held, true)
	r.want(t, "they have logged in")
	if n := r.Counts(); n.Busy != 0 {
		t.Errorf("%+v; want none busy", n)
	}
}

func TestCounts(t *testing.T) {
	r := newRoom(1)
	r.logIn(1)
	r.come(1)
	r.begin(r.come(2))
	r.logIn(3)
	want := Counts{Values: 2, Busy: 1, Hits: 1, Misses: 3, Evictions: 1}
	if got := r.Counts(); got != want {
		t.Errorf("%+v; want %+v", got, want)
	}
}

// In a large room a use counts once in a while, and the order is as exact as that.
func TestUsesOfManyAreSeldomWrittenDown(t *testing.T) {
	if grain := newRoom(999).grain; grain != 0 {
		t.Errorf("a grain of %d ms among a few", grain)
	}
	r := newRoom(1_000_000)
	if r.grain != 60_000 {
		t.Errorf("a grain of %d ms", r.grain)
	}
	first := r.logIn(1)
	r.logIn(2)
	r.come(1)
	if r.held.oldest() != &first.place {
		t.Error("a use that comes at once is written down")
	}
	first.place.used.Store(r.now() - 60_000)
	r.come(1)
	if r.held.oldest() == &first.place {
		t.Error("a use after a minute is not written down")
	}
}

// The order of use goes on to be written down by the minute, however long the room is there.
func TestUsesOfManyAreWrittenDownByTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(1_000_000)
		first, second := r.logIn(1), r.logIn(2)
		for range 5 {
			time.Sleep(time.Minute)
			r.come(1)
			if r.held.oldest() != &second.place {
				t.Error("a use after a minute is not written down")
			}
			r.come(2)
			if r.held.oldest() != &first.place {
				t.Error("a use after a minute is not written down")
			}
			time.Sleep(time.Minute - time.Millisecond)
			r.come(1)
			if r.held.oldest() != &first.place {
				t.Error("a use within a minute is written down")
			}
			time.Sleep(time.Hour)
		}
	})
}

// Among a few each use counts, however short the time between them is.
func TestEachUseOfAFewCounts(t *testing.T) {
	r := newRoom(8)
	if r.logIn(1); r.now() != 0 {
		t.Error("the time is looked at among a few")
	}
}

func TestFindWaitsForNobody(t *testing.T) {
	r := newRoom(8)
	u, other := r.logIn(1), r.logIn(2)
	r.mu.Lock()
	defer r.mu.Unlock()
	for range 2 {
		if r.Find(u.place.key) != &u.place || r.Find(other.place.key) != &other.place {
			t.Error("one is not found")
		}
	}
}

func TestAllGoroutines(t *testing.T) {
	r := newRoom(8)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 2000 {
				u := r.come((g + i) % 24)
				switch i % 4 {
				case 0:
					r.begin(u)
					r.end(u, i%3 > 0)
				case 1:
					r.Counts()
				case 2:
					if i%100 == 2 {
						r.Remove(&u.place)
					}
				default:
					for range r.All() {
					}
				}
			}
		})
	}
	all.Wait()
	n := r.Counts()
	if n.Busy != 0 || n.Values > 8+2 || n.Values != len(r.names()) {
		t.Errorf("%+v, and %v are there", n, r.names())
	}
}
