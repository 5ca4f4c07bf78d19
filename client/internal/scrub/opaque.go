package scrub

import (
	"fmt"
	"io"
)

// Opaque, embedded in a struct, keeps the struct's fields out of prints, logs and JSON. Code can read them as usual.
type Opaque struct{}

// Format prints "[redacted]", whatever the verb is.
func (Opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText marshals "[redacted]".
func (Opaque) MarshalText() ([]byte, error) { return []byte(Redacted), nil }
