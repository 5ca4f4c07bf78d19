package client

import (
	"context"
	"time"
)

// Observer is told what happens inside a [Client]. Its functions are optional, and must be safe for concurrent use by
// multiple goroutines. What they are told of waits for each call of them, at most 1 s. While one is blocked for longer,
// nothing more is told. A panic in them is ignored. No lock of the Client is held, and nothing is told of a call that
// finds a token.
//
// ctx has the values of the context of the call or request, for a login those of the call that began it, which it may
// outlive.
type Observer struct {
	// Accounts asks for [Event].Account and [Event].Err. Without it no event names an account.
	Accounts bool

	// LoginBegun is told that a login begins, and why: Trigger. The rest of the login, the Login itself included, and
	// what is told of it get the values of the context that it returns, such as one with a span; nil: those of ctx.
	LoginBegun func(ctx context.Context, e Event) context.Context

	// LoginEnded is told how it ended: Trigger, Source, Took, and Kind if there is no token. The call that began the
	// login returns after it.
	LoginEnded func(ctx context.Context, e Event)

	// WaitShared is told that a call has waited for another call's login: Took.
	WaitShared func(ctx context.Context, e Event)

	// KeptOff is told that a call got an error in place of a login, since there is a pause: Kind.
	KeptOff func(ctx context.Context, e Event)

	// RateLimited is told of each 429 to a login, or to a request of [Client.HTTPClient]: Limited, Wait.
	RateLimited func(ctx context.Context, e Event)

	// Replayed is told that a request is sent again with another token, since the service rejected the first one.
	Replayed func(ctx context.Context, e Event)

	// SecretFailed is told that a login or a Logout got no secret: Kind.
	SecretFailed func(ctx context.Context, e Event)

	// StoreTrouble is told why a TokenStore was not used: it was slow or down, it panicked, or a record is damaged.
	// The error's text is one short line, which starts with the service's name and holds no secret.
	StoreTrouble func(error)
}

// Event is what an [Observer] is told. It holds no secret. A field that says nothing about the event is zero.
type Event struct {
	Service, Method string // those of the [Account]

	Trigger string        // why a login began: "cold" (no token), "early" (it expires soon), "rejected" or "asked" (LogIn)
	Source  string        // where its token or error is from: "network", "store", or "" if neither was asked
	Limited string        // what was answered 429: "login" or "request"
	Took    time.Duration // from the beginning of the login, or of the call's wait
	Wait    time.Duration // after a 429: until the next login, or what the answer to a request asks for; 0: unknown

	// Kind is what the error is: "invalid_credentials", "invalid_input", "unavailable", "unexpected_response",
	// "rate_limited", "login_required", "no_secret", "canceled" (nobody waits any more), or "other".
	Kind   string
	Status int // HTTP status in the error

	Account string // its name, if Observer.Accounts is set
	Err     error  // the error, if Observer.Accounts is set: the service's words may name the account
}
