package scrub

import (
	"fmt"
	"io"
)

// Opaque keeps the fields of a struct that embeds it out of prints, logs, JSON and gob. Code can read them as usual. In an
// unexported field of another struct it has no effect: package fmt calls no method there.
type Opaque struct{}

// Format prints "[redacted]", whatever the verb is.
func (Opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText marshals "[redacted]".
func (Opaque) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// GobEncode encodes "[redacted]".
func (Opaque) GobEncode() ([]byte, error) { return []byte(Redacted), nil }
