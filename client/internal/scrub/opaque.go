package scrub

import (
	"fmt"
	"io"
)

// Opaque makes a struct that embeds it show nothing, however it is printed, logged or marshalled: its fields are for
// code to read and may hold a secret.
type Opaque struct{}

// Format prints "[redacted]" for every verb.
func (Opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText marshals "[redacted]".
func (Opaque) MarshalText() ([]byte, error) { return []byte(Redacted), nil }
