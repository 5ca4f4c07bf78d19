package seal

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/crypto/argon2"
)

// Keys are where a record lies in a store, and what opens it there.
type Keys struct {
	Place string
	box   Box
}

// Seal seals a record.
func (k Keys) Seal(plain []byte) []byte { return k.box.Seal(plain, k.Place) }

// Open opens what Seal made.
func (k Keys) Open(sealed []byte) ([]byte, error) { return k.box.Open(sealed, k.Place) }

// The cost of finding a bound record by trying passwords: OWASP's recommendation for argon2id. It is not read from
// a record, where a thief could lower it.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
)

// derivations bounds the memory that derivations take at a time, in this process.
var derivations = make(chan struct{}, 2)

// Bound derives keys from a name and a secret: who does not hold the secret can neither find, read nor change the
// record. It is made to be slow, and waits for its turn no longer than ctx allows.
func Bound(ctx context.Context, name, secret string) (Keys, error) {
	select {
	case derivations <- struct{}{}:
		defer func() { <-derivations }()
	case <-ctx.Done():
		return Keys{}, ctx.Err()
	}
	salt := sha256.Sum256([]byte("latchkey bound record 1 " + name))
	return keysOf(argon2.IDKey([]byte(secret), salt[:], argonPasses, argonMemory, argonLanes, KeySize))
}

// Unbound derives keys from the name alone: whoever can read the store can read the record. They never meet a bound
// record's.
func Unbound(name string) (Keys, error) {
	// The label is older than the word unbound: records that lie in stores must still be found.
	root := sha256.Sum256([]byte("latchkey vouched record 1 " + name))
	return keysOf(root[:])
}

func keysOf(root []byte) (Keys, error) {
	place, err := hkdf.Key(sha256.New, root, nil, "latchkey record place", 20)
	if err != nil {
		return Keys{}, err
	}
	key, err := hkdf.Key(sha256.New, root, nil, "latchkey record key", KeySize)
	if err != nil {
		return Keys{}, err
	}
	box, err := NewBox(key)
	return Keys{hex.EncodeToString(place), box}, err
}
