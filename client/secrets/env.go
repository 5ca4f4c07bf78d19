package secrets

import (
	"context"
	"io/fs"
	"os"

	"github.com/latchkey-go/latchkey/client"
)

// FromEnv returns a Secret that is the value of an environment variable, as it is. If the variable is not set, the
// error wraps [fs.ErrNotExist].
//
// Every program that yours starts gets the variable too, unless its environment leaves it out: a file is safer.
func FromEnv(name string) client.Secret {
	return func(context.Context) (string, error) {
		value, set := os.LookupEnv(name)
		if !set {
			return "", &fault{"the variable " + name + " is not set: it must hold the secret", fs.ErrNotExist}
		}
		if value == "" {
			return "", &fault{"the variable " + name + " is empty: it must hold the secret", ErrEmpty}
		}
		return value, nil
	}
}
