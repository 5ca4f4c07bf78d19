package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// watcher tells an Observer. Whoever calls its methods holds no lock.
type watcher struct {
	Observer

	teller *await.Teller
}

// nobody is the watcher of all Clients without an Observer.
var nobody = newWatcher(Observer{})

func newWatcher(o Observer) *watcher { return &watcher{o, await.NewTeller(time.Second)} }

const fromNetwork, fromStore = "network", "store" // Event.Source

// errorKinds are values of Event.Kind. The first one that is in an error counts.
var errorKinds = []struct {
	err  error
	kind string
}{
	{ErrInvalidCredentials, "invalid_credentials"}, {errNoSecret, "no_secret"}, {ErrInvalidInput, "invalid_input"},
	{ErrUnavailable, "unavailable"}, {ErrUnexpectedResponse, "unexpected_response"}, {ErrLoginRequired, "login_required"},
	{context.Canceled, "canceled"}, {context.DeadlineExceeded, "canceled"}, {nil, "other"},
}

// tell calls a function of the Observer, nil if it has none, with an event of an account and its error.
func (w *watcher) tell(ctx context.Context, call func(context.Context, Event), of Account, e Event, err error) {
	if call != nil {
		w.teller.Tell(func() { call(context.WithoutCancel(ctx), w.complete(e, of, err)) })
	}
}

// complete returns an event with what is known of each.
func (w *watcher) complete(e Event, of Account, err error) Event {
	e.Service, e.Method = of.Service, of.Method
	if w.Accounts {
		e.Account, e.Err = of.Name, err
	}
	if err == nil {
		return e
	}
	for _, is := range errorKinds {
		if e.Kind = is.kind; is.err == nil || errors.Is(err, is.err) {
			break
		}
	}
	if failure, ok := errors.AsType[*LoginError](err); ok {
		e.Status = failure.Status
	}
	if refused(err) {
		e.Kind = "invalid_credentials"
	}
	if limit, ok := rateLimit(err); ok {
		e.Kind, e.Wait = "rate_limited", limit.RetryAfter
	}
	return e
}

// begun tells that a login begins, and returns ctx with the values that the Observer adds.
func (w *watcher) begun(ctx context.Context, of Account, trigger string) context.Context {
	return await.WithValues(ctx, w.LoginBegun(ctx, w.complete(Event{Trigger: trigger}, of, nil)))
}

// limited tells of so many 429s to a login. After the last one the next login waits; 0: it does not.
func (w *watcher) limited(ctx context.Context, of Account, times int, wait time.Duration) {
	for left := times; left > 0; left-- {
		e := Event{Limited: "login", Status: http.StatusTooManyRequests}
		if left == 1 {
			e.Wait = wait
		}
		w.tell(ctx, w.RateLimited, of, e, nil)
	}
}

// limits returns what is told of 429s to requests; nil: nobody wants to know.
func (w *watcher) limits(of Account) func(ctx context.Context, wait time.Duration) {
	if w.RateLimited == nil {
		return nil
	}
	return func(ctx context.Context, wait time.Duration) {
		w.tell(ctx, w.RateLimited, of, Event{Limited: "request", Status: http.StatusTooManyRequests, Wait: wait}, nil)
	}
}

// troubles returns what is told of trouble with a TokenStore; nil: nobody wants to know.
func (w *watcher) troubles(service string) func(doing string, err error) {
	if w.StoreTrouble == nil {
		return nil
	}
	return func(doing string, err error) {
		w.teller.Tell(func() { w.StoreTrouble(scrub.OneLine(fmt.Errorf("%s: token store: %s: %w", service, doing, err))) })
	}
}
