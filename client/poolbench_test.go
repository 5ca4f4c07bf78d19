package client

import (
	"context"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"
)

// visitor is a Login as an adapter's: its Account is made for each look-up.
type visitor struct{ name, secret string }

func (v *visitor) Account() (Account, error) {
	return Account{Service: "visited", BaseURL: "https://api.example.com", Method: "test", Name: v.name}.Canonical()
}

func (v *visitor) Secret(context.Context) (string, error) { return v.secret, nil }

func (v *visitor) Login(context.Context, *http.Client, string) (Token, error) {
	return NewToken(TokenResponse{Value: heldValue})
}

var poolSizes = []int{1, 1000, 1_000_000}

// visitors returns a Pool of so many users who are logged in. Logins go on for minutes, so the tokens are put there.
func visitors(b testing.TB, n int) (*Pool, []visitor) {
	b.Helper()
	pool, err := NewPool(n)
	if err != nil {
		b.Fatal(err)
	}
	users := make([]visitor, n)
	for i := range users {
		users[i] = visitor{"user-" + strconv.Itoa(i) + "@example.com", "password-" + strconv.Itoa(i)}
		c, err := pool.Client(b.Context(), &users[i])
		if err == nil {
			err = putToken(c)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return pool, users
}

func putToken(c *Client) error {
	token, err := NewToken(TokenResponse{Value: heldValue})
	if err != nil {
		return err
	}
	c.cache.options.places.Begin(c.cache.place)
	c.cache.current.Store(newEntry(token, 0, 0, token.Received()))
	c.cache.options.places.End(c.cache.place, true)
	return nil
}

// A look-up, its token, and a guess cost ten times what BenchmarkPool shows at most, and a look-up allocates nothing.
// With the race detector they cost some times more.
func TestPoolCostsLittle(t *testing.T) {
	mostGuess, slower := 20*time.Microsecond, time.Duration(1)
	if build, ok := debug.ReadBuildInfo(); ok && slices.Contains(build.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		slower = 10
	}
	for n, most := range map[int]time.Duration{1: 4 * time.Microsecond, 1000: 5 * time.Microsecond} {
		pool, users := visitors(t, n)
		i := 0
		visit := func() {
			i++
			if err := look(pool, &users[i%n]); err != nil {
				t.Fatal(err)
			}
		}
		if allocations := testing.AllocsPerRun(1000, visit); allocations != 0 {
			t.Errorf("%d users: a look-up makes %v allocations; want 0", n, allocations)
		}
		if took := least(visit); took > most*slower {
			t.Errorf("%d users: a look-up takes %s; want at most %s", n, took, most)
		}
		guess := visitor{name: users[0].name}
		took := least(func() {
			i++
			guess.secret = strconv.Itoa(i)
			if _, err := pool.Client(t.Context(), &guess); err != nil {
				t.Fatal(err)
			}
		})
		if took > mostGuess*slower {
			t.Errorf("%d users: a guess takes %s; want at most %s", n, took, mostGuess)
		}
	}
}

// least returns what f takes when nothing else takes the processor.
func least(f func()) time.Duration {
	least := time.Hour
	for range 50 {
		began := time.Now()
		for range 100 {
			f()
		}
		least = min(least, time.Since(began)/100)
	}
	return least
}

func look(pool *Pool, v *visitor) error {
	c, err := pool.Client(context.Background(), v)
	if err == nil {
		_, err = c.Token(context.Background())
	}
	return err
}

// TestPoolLookUpTakesNoLock: whoever finds a token waits for nobody.
func TestPoolLookUpTakesNoLock(t *testing.T) {
	pool, users := visitors(t, 2)
	for c := range pool.All() {
		c.cache.mu.Lock()
		defer c.cache.mu.Unlock()
	}
	found := make(chan error, 1)
	go func() { found <- look(pool, &users[0]) }()
	select {
	case err := <-found:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second): // not in a bubble, as in TestP1HitTakesNoLock
		t.Error("it waits for the lock")
	}
}

// BenchmarkPool is a look-up of one of many at random, and its token. bare is what it cannot do without: account,
// digest of the secret, a map of that size, and a hit.
func BenchmarkPool(b *testing.B) {
	for _, n := range poolSizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) { benchmarkPool(b, n) })
	}
}

func benchmarkPool(b *testing.B, n int) {
	pool, users := visitors(b, n)
	bare := make(map[[16]byte]*Client, n)
	for i := range users {
		account, _ := users[i].Account()
		bare[keyOf(account, users[i].secret)], _ = pool.Client(b.Context(), &users[i])
	}
	b.Run("bare", func(b *testing.B) {
		random := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			v := &users[random.IntN(n)]
			account, _ := v.Account()
			secret, _ := v.Secret(b.Context())
			if _, err := bare[keyOf(account, secret)].Token(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("latchkey", func(b *testing.B) {
		random := rand.New(rand.NewPCG(1, 2))
		b.ReportAllocs()
		for b.Loop() {
			if err := look(pool, &users[random.IntN(n)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			random := rand.New(rand.NewPCG(rand.Uint64(), 2))
			for pb.Next() {
				if err := look(pool, &users[random.IntN(n)]); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("guess", func(b *testing.B) {
		guess, i := visitor{name: users[0].name}, 0
		b.ReportAllocs()
		for b.Loop() {
			i++
			guess.secret = strconv.Itoa(i)
			if _, err := pool.Client(context.Background(), &guess); err != nil {
				b.Fatal(err)
			}
		}
	})
}
