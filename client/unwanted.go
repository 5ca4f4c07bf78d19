package client

import (
	"crypto/sha256"
	"slices"
)

// unwanted are the tokens that were rejected last, as digests.
type unwanted [][sha256.Size]byte

const maxUnwanted = 8

func (u *unwanted) add(t Token) {
	u.remove(t)
	*u = append(*u, digest(t.Value()))
	if len(*u) > maxUnwanted {
		*u = slices.Delete(*u, 0, 1)
	}
}

func (u *unwanted) remove(t Token) {
	if i := slices.Index(*u, digest(t.Value())); i >= 0 {
		*u = slices.Delete(*u, i, i+1)
	}
}

func (u *unwanted) has(t Token) bool { return len(*u) > 0 && slices.Contains(*u, digest(t.Value())) }
