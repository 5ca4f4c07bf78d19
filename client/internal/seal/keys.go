package seal

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/crypto/argon2"
)

// Keys are the place of a record in a store and the key that opens it.
type Keys struct {
	Place string // key of the TokenStore: 40 characters of 0-9 and a-f
	box   Box
}

// Seal returns a record, sealed for its Place.
func (k Keys) Seal(plain []byte) []byte { return k.box.Seal(plain, k.Place) }

// Open returns the record that Seal has sealed. The error is ErrVersion or ErrKey.
func (k Keys) Open(sealed []byte) ([]byte, error) { return k.box.Open(sealed, k.Place) }

// These are the cost of trying one password for a bound record, as OWASP recommends for argon2id. No record holds them:
// a thief could lower them there.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
)

// derivations bounds how many derivations run in this process at a time, and so their memory.
var derivations = make(chan struct{}, 2)

// Bound derives keys from a name and a secret, by argon2id and HKDF. Without the secret, the record can be neither
// found, read nor changed. It is slow by design. At most two derivations run at a time; a third waits until ctx is
// done, and then returns ctx.Err().
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

// Fast derives keys from a name and a secret, by HMAC and HKDF. Whoever sees the place or the record can try passwords
// at full speed: it is for a store that keys both once more, with a key of its own.
func Fast(name, secret string) (Keys, error) {
	mac := hmac.New(sha256.New, []byte("latchkey fast record 1"))
	mac.Write([]byte(name + "\x00" + secret))
	return keysOf(mac.Sum(nil))
}

// Deriver may be implemented by a TokenStore that wants other keys for bound records than those of Bound.
type Deriver interface {
	// BoundKeys returns the keys for an account's name, which holds no zero byte, and its secret.
	BoundKeys(ctx context.Context, name, secret string) (Keys, error)
}

// Unbound derives keys from the name alone. Anyone who can read the store and knows the name can read the record.
// Unbound and bound records never have the same place.
func Unbound(name string) (Keys, error) {
	// The label must not change: it finds the records that are in stores already.
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
