// Package secrets has the usual places of a secret: an environment variable, a file, and a program that prints it.
//
//	bezala.Password{Email: "me@corp.example", Password: secrets.FromFile("/run/secrets/bezala")}
//
// Each function returns a [client.Secret]. A Client asks it when a login is due, and not before: so a secret that
// changes needs no restart. A secret has at most 64 KiB. One that is longer gives [ErrTooLong], and one that is empty
// [ErrEmpty]. Errors name the variable, the file or the program and say what to do, and never repeat the secret.
//
// The functions are safe for concurrent use by multiple goroutines, and so is what they return.
package secrets

import (
	"errors"
	"strings"
)

// Causes of an error, for errors.Is.
var (
	// ErrEmpty: the variable, the file or the program is there, and has no secret.
	ErrEmpty = errors.New("the secret is empty")

	// ErrTooLong: the file or the output of the program is longer than 64 KiB.
	ErrTooLong = errors.New("the secret is longer than 64 KiB")
)

const (
	maxSecret = 64 << 10                     // longest secret, in bytes
	maxRead   = maxSecret + len(mark+"\r\n") // what is read, so that a longer one is noticed

	mark = "\ufeff" // the byte-order mark, which editors on Windows put before a text
)

// fault is an error whose text says what to do.
type fault struct {
	text string
	kind error // for errors.Is
}

func (f *fault) Error() string { return f.text }

func (f *fault) Unwrap() error { return f.kind }

// secretOf returns the secret in what was read, without a byte-order mark before it and one line end after it. where
// names the place, and todo says what must be there.
func secretOf(read []byte, where, todo string) (string, error) {
	secret, ended := strings.CutSuffix(strings.TrimPrefix(string(read), mark), "\n")
	if ended {
		secret = strings.TrimSuffix(secret, "\r")
	}
	if len(secret) > maxSecret {
		return "", &fault{where + " has more than 64 KiB, which is no secret: " + todo, ErrTooLong}
	}
	if secret == "" {
		return "", &fault{where + " is empty: " + todo, ErrEmpty}
	}
	return secret, nil
}
