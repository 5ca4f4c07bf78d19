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
// ctx has the values of the context of the call or request, and those of a login the values of the call that began it,
// which it may outlive.
type Observer struct {
	// Accounts asks for [Event].Account and [Event].Err. Without it no event names an account.
	Accounts bool

	// LoginBegun is told that a login begins, which a TokenStore may make needless: Trigger. What is told of the rest of
	// the login, and the Login itself, get the values of the context that it returns, such as one with a span.
	LoginBegun func(ctx context.Context, e Event) context.Context

	// LoginEnded is told that it ended, once for each login that began: Trigger, Source, Took, and Kind if it failed.
	LoginEnded func(ctx context.Context, e Event)

	// WaitShared is told that a call has waited for another call's login: Took.
	WaitShared func(ctx context.Context, e Event)

	// KeptOff is told that a call got an error without a login: there is a pause. Kind, and Wait if it is that of a 429.
	KeptOff func(ctx context.Context, e Event)

	// RateLimited is told of each 429, to a login or to a request of [Client.HTTPClient]: Limited, Wait.
	RateLimited func(ctx context.Context, e Event)

	// Replayed is told that a request is sent again, since the service rejected its token, which is another one now.
	Replayed func(ctx context.Context, e Event)

	// SecretFailed is told that a login or a Logout got no secret: Kind.
	SecretFailed func(ctx context.Context, e Event)

	// StoreTrouble is told why a TokenStore was not used: it was slow or down, it panicked, or a record is damaged.
	// The error's text starts with the service's name and holds no secret.
	StoreTrouble func(error)
}

// Event is what an [Observer] is told. It holds no secret. What does not apply is zero.
type Event struct {
	Service, Method string // as in [Account]

	Trigger string        // why a login began: "cold" (there is no token), "early" (it expires soon), "rejected", or "asked" by LogIn
	Source  string        // who gave a login's token or error: "network" (the service), "store", or "" (nobody was asked)
	Limited string        // what was answered 429: "login" or "request"
	Took    time.Duration // by a login, or a wait, from its beginning
	Wait    time.Duration // until the next login, or what a 429 to a request asks for; 0: unknown

	// Kind is that of the error: "invalid_credentials", "invalid_input", "unavailable", "unexpected_response",
	// "rate_limited", "login_required", "no_secret", "canceled" (nobody waits any more) or "other".
	Kind   string
	Status int // the HTTP status in the error

	Account string // its name; "" unless Observer.Accounts is set
	Err     error  // the error, whose words may name the account; nil unless Observer.Accounts is set
}
