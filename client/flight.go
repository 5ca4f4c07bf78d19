package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/queue"
	"github.com/latchkey-go/latchkey/client/internal/share"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// flight is one login under way, shared by all callers who wait for it.
type flight struct {
	cache   *tokenCache
	kind    kind
	trial   evidence.Trial // of the 401 that caused it
	logouts uint32         // tokenCache.logouts when it began
	secret  Secret         // of the Login that was the Client's when it began
	sender  sender         // has that Login
	done    chan struct{}  // closed when entry, or err and own, are set
	told    chan struct{}  // closed when TokenStore and Observer have been told
	entry   *entry
	err     error
	own     bool // err is not one that a TokenStore tells of
	trigger string
	began   time.Time
	took    time.Duration // until it has landed

	// Guarded by tokenCache.mu.
	phase      phase
	ticket     *queue.Ticket // its place among the logins of the service; nil: it needs none, or none yet
	waiters    int
	background bool          // it goes on without waiters
	anew       int           // waiters for whom no token out of a TokenStore will do
	logIn      bool          // there was such a waiter
	due        bool          // it passes the pause after a failure, whoever waits
	limited    chan struct{} // closed, and made anew, when a 429 is to be waited out

	// Of the flight's own goroutine.
	attempt int        // attempts that ended in a 429, or in the store's note of one
	tries   wire.Tries // 429s to its logins
	source  string     // Event.Source

	values context.Context // of the call that began it, without its end
	ctx    context.Context // done when the last waiter has left, but not while it is sending
	cancel context.CancelFunc
}

// errNothingFound ends a flight that only peeks. Its callers decide anew.
var errNothingFound = errors.New("the token store has no token")

// takeOff starts a login for a call. mu is held.
func (c *tokenCache) takeOff(ctx context.Context, k kind, wants *call) {
	f := &flight{
		cache: c, kind: k, logouts: c.logouts, due: k != early && wants.due, background: k == early || k == behind,
		trigger: wants.trigger(k),
		done:    make(chan struct{}), told: make(chan struct{}), limited: make(chan struct{}),
		tries: wire.LoginTries(), values: context.WithoutCancel(ctx), secret: c.secret(),
		sender: sender{login: c.login, account: c.account(), wire: c.options.forLogins, policy: c.options.policy},
	}
	f.ctx, f.cancel = context.WithCancel(f.values)
	c.flight = f
	c.state().flights++
	if c.place != nil {
		c.options.places.Begin(c.place)
	}
	if c.options.watcher.LoginEnded != nil {
		f.began = time.Now()
	}
	go f.begin()
}

// begin tells that the login begins, and then runs it with the values that the Observer has added.
func (f *flight) begin() {
	if w := f.cache.options.watcher; w.LoginBegun != nil && f.kind != peek {
		ctx := f.ctx
		if !w.teller.TellHere(func() { ctx = w.begun(f.ctx, f.cache.account(), f.trigger) }, f.run) { //nolint:fatcontext // it is called once
			return
		}
		f.ctx, f.values = ctx, context.WithoutCancel(ctx)
	}
	f.run()
}

// run runs the login, and then tells how it ended.
func (f *flight) run() {
	f.fly()
	f.cancel()
	w := f.cache.options.watcher
	if w.LoginEnded == nil || f.kind == peek || w.teller.TellHere(func() {
		e := Event{Trigger: f.trigger, Source: f.source, Took: f.took}
		w.LoginEnded(f.values, w.complete(e, f.cache.account(), f.err))
	}, f.end) {
		f.end()
	}
}

// secret returns what asks for the secret. mu is held.
func (c *tokenCache) secret() Secret {
	if c.place == nil {
		return c.login.Secret
	}
	return bound(c.login, c.account(), c.place.Key())
}

// end is the last thing that a flight does. It forgets the state if that says nothing any more.
func (f *flight) end() {
	close(f.told)
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state().flights--
	if c.state().idle(time.Now()) {
		c.known.Store(nil)
	}
}

// fly gets a token: from the TokenStore if it has one, else by logging in.
func (f *flight) fly() {
	if f.kind == early || f.kind == behind { // what f.background is may have changed by now
		// Nobody waits at first, so without this a pending Secret might never end.
		defer time.AfterFunc(loginLimit, f.foreground).Stop()
	}
	v, s := f.lookFirst()
	if s == over {
		return
	}
	if f.kind == peek {
		f.settle(outcome{err: errNothingFound})
		return
	}
	secret, err := f.ask()
	if err != nil {
		f.noSecret(err, v)
		return
	}
	for {
		if err := f.ready(secret); err != nil {
			if v == nil && f.ctx.Err() == nil && f.look(f.cache.share.Visit(secret)) == over {
				return // another client may have logged in
			}
			f.settle(outcome{secret: secret, err: err})
			return
		}
		if f.try(v, secret) == over {
			return
		}
		v = nil
		if err := f.passGate(); err != nil {
			f.settle(outcome{secret: secret, err: err})
			return
		}
	}
}

// lookFirst looks into a TokenStore if that needs no secret.
func (f *flight) lookFirst() (*share.Visit, step) {
	var v *share.Visit
	switch store := f.cache.share; {
	case store.NeedsNoSecret():
		v = store.Visit("")
	case f.kind == peek:
		v = store.Revisit()
	}
	s := f.look(v)
	if s == again {
		v = nil // the store is read anew after the wait
	}
	return v, s
}

// ask waits until logins are allowed and gets the secret.
func (f *flight) ask() (secret string, err error) {
	f.enter(waiting)
	if err := f.passGate(); err != nil {
		return "", err
	}
	c := f.cache
	return c.ask(f.ctx, f.secret, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.state().Asks(time.Now())
	})
}

// noSecret lands a flight whose Secret has failed.
func (f *flight) noSecret(err error, v *share.Visit) {
	c := f.cache
	if !c.stored {
		// While the Secret was asked, another client may have logged in.
		if v != nil && f.ctx.Err() == nil {
			if _, s := f.lookFirst(); s == over {
				return
			}
		}
		f.settle(outcome{err: err, mute: f.ctx.Err() == nil})
		return
	}
	if v != nil && v.Fault != nil {
		err = loginError(c.account(), "", fmt.Errorf("%w: the token store gave none: %w", ErrLoginRequired, v.Fault))
	}
	if f.goesOn() {
		return
	}
	// Without a login no other token will come, and the next run must not find the rejected one.
	dropped := f.dropRejected()
	f.settle(outcome{err: err})
	if dropped {
		unlock, _ := v.Turn(f.values, func() bool { return false })
		defer unlock()
		if v.Read(); v.Last != nil && f.unwanted(*v.Last) {
			v.Delete()
		}
	}
}

// ready makes a flight that has its secret one that goes on without waiters. It returns an error if the flight was
// abandoned, since it would go on without the store's lock, or if the secret failed a moment ago.
func (f *flight) ready(secret string) error {
	c := f.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	f.phase = sending
	if err := f.ctx.Err(); err != nil {
		return gaveUp(c.account(), err)
	}
	return c.state().Holds(digest.Of(secret), f.passes(), time.Now())
}

// try logs in under the TokenStore's lock, unless the store has a token by then, or the reason why there is none. v is
// nil if the store has not been read yet.
func (f *flight) try(v *share.Visit, secret string) step {
	c := f.cache
	if v == nil {
		v = c.share.Visit(secret)
		if s := f.look(v); s != onward {
			return s
		}
	}
	err := f.queue(secret)
	defer f.ticket.Done(false)
	if err != nil {
		_, _, s := f.settle(outcome{secret: secret, err: err})
		return s
	}
	var s step
	unlock, ended := v.Turn(f.ctx, func() bool {
		s = f.consider(v, false)
		return s != onward
	})
	if ended {
		return s
	}
	defer unlock()
	if s := f.consider(v, true); s != onward {
		return s
	}
	if s := f.lookAgain(secret); s != onward {
		return s
	}
	f.source = fromNetwork
	o := f.sender.send(f.values, secret, &f.tries)
	f.ticket.Done(true)
	var wait time.Duration
	if o.limit != nil {
		wait = o.limit.wait
	}
	c.options.watcher.limited(f.values, c.account(), o.tooMany, wait)
	if f.overtaken(v, &o); o.found != nil {
		_, _, s := f.settle(o)
		return s
	}
	r, ttl, s := f.settle(o)
	// Another client may have put a token there by now, if it could not wait for the lock or there is none. A token is
	// worth more than the reason why there is none.
	if r.Token != nil || ttl <= 0 || !f.storeHasToken(v) {
		v.Write(r, ttl, f.keeps)
	}
	return s
}

// queue waits until the LoginLimit has room for the login. The store's lock is not held meanwhile, and the flight ends
// with its last waiter.
func (f *flight) queue(secret string) error {
	limit := f.cache.options.limit
	if limit == nil {
		return nil
	}
	f.cache.mu.Lock()
	f.ticket = limit.queue.Join(f.waiters == 0, f.ticket != nil)
	f.cache.mu.Unlock()
	if f.ticket.Ready() {
		return nil
	}
	f.enter(waiting)
	if err := f.ticket.Wait(f.ctx); err != nil {
		return gaveUp(f.cache.account(), err)
	}
	return f.ready(secret)
}

// passes reports whether the flight passes the pause after a failure. mu is held.
func (f *flight) passes() bool { return f.due || f.anew > 0 }

// passGate waits until the gate is open.
func (f *flight) passGate() error {
	c := f.cache
	c.mu.Lock()
	wait := c.state().Gate.Closed(time.Now())
	c.mu.Unlock()
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-f.ctx.Done():
		return gaveUp(c.account(), f.ctx.Err())
	}
}

// enter begins a phase. Nobody may be waiting for the flight any more.
func (f *flight) enter(p phase) {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	f.phase = p
	f.abandon()
}

// leave takes a waiter off a flight.
func (f *flight) leave(wants *call) {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	f.waiters--
	if wants.anew && f.kind != peek {
		f.anew--
	}
	f.abandon()
}

// foreground makes a background flight one like others, which ends if nobody waits for it.
func (f *flight) foreground() {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	f.background = false
	f.abandon()
}

// abandon ends a flight that waits for something if nobody waits for it any more. A request goes on, so that impatient
// callers get a token in the end. mu is held.
func (f *flight) abandon() {
	if f.waiters > 0 || f.phase != waiting || f.background {
		return
	}
	f.cancel()
	if f.cache.flight == f {
		f.cache.flight = nil // later callers must not share its error
	}
}

// keeps reports whether what the flight gave is to be kept: nobody has logged out since it began.
func (f *flight) keeps() bool {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	return f.logouts == f.cache.logouts
}
