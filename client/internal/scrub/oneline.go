package scrub

import (
	"errors"
	"fmt"
)

// maxError is the longest text of an error that another package has made, in characters.
const maxError = 500

// OneLine returns an error whose text is one short printable line: err itself, or one that wraps it. A peer may have
// written into the text, as with the names of a certificate. It cuts texts, so it is for those that hold no secret.
func OneLine(err error) error {
	if err == nil {
		return nil
	}
	text := fmt.Sprint(err) // it recovers if a user's own error panics
	if line := Line(text, maxError); line != text {
		return oneLineError{err, line}
	}
	return err
}

type oneLineError struct {
	error
	line string
}

func (o oneLineError) Error() string { return o.line }

func (o oneLineError) Unwrap() error { return o.error }

// Timeout is what an [http.Client] asks for.
func (o oneLineError) Timeout() bool {
	is, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](o.error)
	return ok && is.Timeout()
}
