package scrub

import (
	"errors"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// quotes matches what an error of package net/http quotes of an answer.
var quotes = lazy.Regexp(`"(?:[^"\\]|\\.)*"`)

// Quoteless returns an error without what its text quotes, since a part of a secret may be in that: package net/http
// quotes answers. errors.Is and errors.As find what err is. An error of the network stays as it is.
func Quoteless(err error) error {
	text := err.Error()
	if quiet := quotes().ReplaceAllString(text, `"…"`); quiet != text && !OfNetwork(err) {
		return quoteless{quiet, func() error { return err }}
	}
	return err
}

// quoteless does not unwrap to the error, whose text whoever looks at each error in turn would print. It has it in a
// function, which package fmt does not print.
type quoteless struct {
	text string
	err  func() error
}

func (q quoteless) Error() string        { return q.text }
func (q quoteless) Is(target error) bool { return errors.Is(q.err(), target) }
func (q quoteless) As(target any) bool   { return errors.As(q.err(), target) }
