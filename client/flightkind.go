package client

// kind is what a flight is for.
type kind int

const (
	forCallers kind = iota
	early           // a refresh of a token that is still valid
	behind          // for later callers, after a 401
	peek            // only a look into the TokenStore, in a pause
)

// phase is how far a flight has come.
type phase int

const (
	looking phase = iota // it begins, and reads a TokenStore that needs no secret for that
	waiting              // it waits for the gate or the Secret, and ends with its last waiter
	sending              // it has a secret, and goes on without waiters
	landed
)

// step is what follows from what a flight has met.
type step int

const (
	onward step = iota
	again       // a 429 is to be waited out
	over        // the flight has landed
)
