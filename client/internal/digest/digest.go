// Package digest identifies secrets within this process: none can be found from its digest, and a digest means nothing
// to any other process.
package digest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"sync"
)

// Digest stands for a secret. The zero value stands for none.
type Digest [sha256.Size]byte

// Of returns the digest of a secret.
func Of(secret string) Digest {
	mac := hmac.New(sha256.New, key())
	mac.Write([]byte(secret))
	return Digest(mac.Sum(nil))
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
func (r *Recent) Has(secret string) bool { return len(*r) > 0 && slices.Contains(*r, Of(secret)) }
