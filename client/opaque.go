package client

import (
	"fmt"
	"io"
)

// opaque makes a struct that embeds it show nothing, however it is printed, logged or marshalled: its fields are for
// code to read and may hold a secret.
type opaque struct{}

// Format prints "[redacted]" for every verb.
func (opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText marshals "[redacted]".
func (opaque) MarshalText() ([]byte, error) { return []byte(redacted), nil }
