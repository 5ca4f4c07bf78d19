package client

import (
	"context"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// and returns an Observer that tells two, the first one first. What one does keeps nothing from the other.
func (o Observer) and(next Observer) Observer {
	type told = func(context.Context, Event)
	each := func(first, second told) told {
		if first == nil && second == nil {
			return nil
		}
		return func(ctx context.Context, e Event) {
			if second != nil {
				defer func() { second(ctx, next.asked(e)) }() // also if the first one panics
			}
			if first != nil {
				first(ctx, o.asked(e))
			}
		}
	}
	both := Observer{
		Accounts:   o.Accounts || next.Accounts,
		LoginEnded: each(o.LoginEnded, next.LoginEnded), WaitShared: each(o.WaitShared, next.WaitShared),
		KeptOff: each(o.KeptOff, next.KeptOff), RateLimited: each(o.RateLimited, next.RateLimited),
		Replayed: each(o.Replayed, next.Replayed), SecretFailed: each(o.SecretFailed, next.SecretFailed),
		StoreTrouble: o.StoreTrouble,
	}
	if o.LoginBegun != nil || next.LoginBegun != nil {
		both.LoginBegun = func(ctx context.Context, e Event) (begun context.Context) {
			first := ctx
			defer func() { begun = next.begins(first, e) }()
			first = o.begins(ctx, e)
			return first
		}
	}
	if first, second := o.StoreTrouble, next.StoreTrouble; second != nil {
		both.StoreTrouble = func(err error) {
			defer second(err)
			if first != nil {
				first(err)
			}
		}
	}
	return both
}

// begins calls LoginBegun, and returns ctx with the values that it adds.
func (o Observer) begins(ctx context.Context, e Event) (begun context.Context) {
	defer func() {
		if recover() != nil { // else the values of another Observer were lost
			begun = ctx
		}
	}()
	if o.LoginBegun == nil {
		return ctx
	}
	return await.WithValues(ctx, o.LoginBegun(ctx, o.asked(e)))
}

// asked returns an event as the Observer has asked for it.
func (o Observer) asked(e Event) Event {
	if !o.Accounts {
		e.Account, e.Err = "", nil
	}
	return e
}
