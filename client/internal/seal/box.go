// Package seal encrypts stored records, and derives their keys from secrets.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// KeySize is the length of a key, in bytes.
const KeySize = 32

// version is the first byte of what Seal returns. Nonce, ciphertext and tag follow.
const version = 1

// These are the errors of Open. They hold nothing of the content.
var (
	ErrVersion = errors.New("it is not of this version")
	ErrKey     = errors.New("it is damaged, or was sealed with another key or for another place")
)

// Box seals and opens with one key, by AES-256-GCM with a random nonce. What it seals is bound to a place and opens at
// no other one. It is 29 bytes longer than the plain bytes. A Box is safe for concurrent use by multiple goroutines;
// its zero value has no key and must not be used. No print of a Box shows its key, even in an unexported field: there
// package fmt prints the address of the function.
type Box struct{ aead func() cipher.AEAD }

// NewBox returns the Box of a key. The error says that the key has another length than KeySize.
func NewBox(key []byte) (Box, error) {
	if len(key) != KeySize {
		return Box{}, fmt.Errorf("%d bytes; want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Box{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return Box{func() cipher.AEAD { return aead }}, err
}

// Seal returns plain, sealed for a place.
func (b Box) Seal(plain []byte, place string) []byte {
	return b.aead().Seal([]byte{version}, nil, plain, []byte(place))
}

// Open returns the plain bytes of what was sealed for a place. The error is ErrVersion or ErrKey.
func (b Box) Open(sealed []byte, place string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, ErrVersion
	}
	plain, err := b.aead().Open(nil, nil, sealed[1:], []byte(place))
	if err != nil {
		return nil, ErrKey
	}
	return plain, nil
}
