// Package digest identifies secrets within this process: none can be found from its digest, and a digest means nothing
// to any other process.
package digest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
)

// Digest stands for a secret. The zero value stands for none.
type Digest [sha256.Size]byte

// Of returns the digest of a secret. It is published nowhere, so that nobody can extend it, and SHA-256 of key and
// secret is as good as an HMAC. A secret of up to 224 bytes costs no allocation.
func Of(secret string) Digest {
	var room [256]byte
	return sha256.Sum256(append(append(room[:0], key()...), secret...))
}

// Key returns a key for a secret and what it is for: two lists have two keys. It costs no allocation up to 470 bytes or
// so.
func Key(list ...string) [16]byte {
	var room [512]byte
	text := append(room[:0], key()...)
	for _, s := range list {
		text = append(binary.AppendUvarint(text, uint64(len(s))), s...)
	}
	sum := sha256.Sum256(text)
	return [16]byte(sum[:])
}

var key = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails, by its documentation
	return key
})

// Recent are the digests that were added last, at most 8.
type Recent []Digest

const maxRecent = 8

// Add adds a digest. It is the last one then, also if it was there before.
func (r *Recent) Add(d Digest) {
	r.Remove(d)
	*r = append(*r, d)
	if len(*r) > maxRecent {
		*r = slices.Delete(*r, 0, 1)
	}
}

// Remove removes a digest.
func (r *Recent) Remove(d Digest) {
	if i := slices.Index(*r, d); i >= 0 {
		*r = slices.Delete(*r, i, i+1)
	}
}

// Has reports whether a secret's digest is there.
func (r *Recent) Has(secret string) bool { return len(*r) != 0 && slices.Contains(*r, Of(secret)) }
