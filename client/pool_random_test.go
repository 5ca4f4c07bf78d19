package client_test

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

	"github.com/latchkey-go/latchkey/client"
)

// crowd is users of a Pool who do at random what users do, and a service that answers as it likes.
type crowd struct {
	t      *testing.T
	pool   *client.Pool
	leaves bool // Clients are removed and logged out

	mu       sync.Mutex
	random   *rand.Rand
	lookUps  int64
	underWay map[string]int // logins, by name and secret
}

func (o *crowd) dice(n int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.random.IntN(n)
}

// login is one whose Secret is a known one when the Client is looked up, and may be another one later.
func (o *crowd) login(name, secret string) fakeLogin {
	l := ownLogin(func(_ context.Context, _ *http.Client, sent string) (client.Token, error) {
		if sent != secret {
			o.t.Errorf("%s: %q is sent by the Client of %q", name, sent, secret)
		}
		who := name + ":" + secret
		o.enter(who)
		defer o.exit(who)
		time.Sleep(time.Duration(o.dice(2000)) * time.Millisecond)
		switch o.dice(10) {
		case 0:
			return client.Token{}, errors.New("out of order")
		case 1:
			return client.Token{}, &client.RateLimitError{Service: "own", RetryAfter: 3 * time.Second, Named: true}
		}
		if secret != "right" {
			return client.Token{}, &client.LoginError{Service: "own", Status: 401, Kind: client.ErrInvalidCredentials}
		}
		return client.NewToken(client.TokenResponse{Value: who, ExpiresIn: time.Duration(5+o.dice(60)) * time.Second})
	})
	l.account.Name = name
	asked := false
	l.secret = func(ctx context.Context) (string, error) {
		if before := asked; !before {
			asked = true
			return secret, nil
		}
		switch o.dice(8) {
		case 0:
			return "changed", nil
		case 1:
			return "", errors.New("the request has ended")
		}
		return secret, ctx.Err()
	}
	return l
}

func (o *crowd) enter(who string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.underWay[who]++
	if o.underWay[who] > 1 && !o.leaves {
		o.t.Errorf("%d logins of %s at a time", o.underWay[who], who)
	}
}

func (o *crowd) exit(who string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.underWay[who]--
}

// visit is one user's visit.
func (o *crowd) visit() {
	name, secret := fmt.Sprint("user", o.dice(8)), "right"
	if o.dice(3) == 0 {
		secret = fmt.Sprint("guess", o.dice(4))
	}
	c, err := o.pool.Client(o.t.Context(), o.login(name, secret))
	if err != nil {
		o.t.Errorf("%s: %v", name, err)
		return
	}
	o.mu.Lock()
	o.lookUps++
	o.mu.Unlock()
	if got := c.Account().Name; got != name {
		o.t.Errorf("the Client of %s, for %s", got, name)
	}
	ctx, cancel := context.WithTimeout(o.t.Context(), time.Duration(1+o.dice(5000))*time.Millisecond)
	defer cancel()
	switch act := o.dice(20); {
	case act == 0:
		if err := c.LogIn(ctx); err == nil && secret != "right" {
			o.t.Errorf("%s is let in with %s", name, secret)
		}
	case act == 1 && o.leaves:
		_ = c.Logout(ctx)
	case act == 2 && o.leaves:
		o.pool.Remove(c)
	case act == 3:
		for c := range o.pool.All() {
			c.Status()
			if o.leaves && o.dice(3) == 0 {
				o.pool.Remove(c)
			}
		}
	default:
		if token, err := c.Token(ctx); err == nil && token.Value() != name+":right" || err == nil && secret != "right" {
			o.t.Errorf("%s is let in with %s, as %s", name, secret, token.Value())
		}
	}
	time.Sleep(time.Duration(o.dice(3000)) * time.Millisecond)
}

// Whatever happens at the same time: nobody gets another's token, or one for a secret that is not right; no secret is
// sent but the one that was asked for; and nobody is left over.
func TestPoolOfARandomCrowd(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			size := 1 + int(seed)%9
			o := &crowd{
				t: t, leaves: seed%2 == 0, random: rand.New(rand.NewPCG(seed, 1)), underWay: map[string]int{},
				pool: newPool(t, size, client.WithLoginLimit(&client.LoginLimit{AtOnce: int(seed) % 4})),
			}
			atOnce(16, func(int) {
				for range 30 {
					o.visit()
				}
			})
			time.Sleep(time.Hour)
			s, n := o.pool.Status(), 0
			for range o.pool.All() {
				n++
			}
			if s.LoggingIn != 0 || s.Waiting != 0 || s.Clients != n || n > size+size/8+1 || s.Hits+s.Misses != o.lookUps {
				t.Errorf("%+v after %d look-ups, and %d are there; want nobody who logs in, and no more than there is room for", s, o.lookUps, n)
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		})
	}
}
