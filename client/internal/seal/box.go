// Package seal is the cryptography of stored records: boxes that only a key opens, and keys that derive from secrets.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// KeySize is the length of a key, in bytes.
const KeySize = 32

// version is a box's first byte. Nonce, ciphertext and tag follow.
const version = 1

// Errors of Open. Neither holds anything of the content.
var (
	ErrVersion = errors.New("it is not of this version")
	ErrKey     = errors.New("it is damaged, or was sealed with another key or for another place")
)

// Box seals with one key: AES-256-GCM with a random nonce, bound to a place, so that no box can stand in for another.
// A sealed box is 29 bytes longer than what it holds. A Box is safe for concurrent use by multiple goroutines.
type Box struct{ aead cipher.AEAD }

// NewBox returns the Box of a key of KeySize bytes.
func NewBox(key []byte) (Box, error) {
	if len(key) != KeySize {
		return Box{}, fmt.Errorf("%d bytes; want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Box{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return Box{aead}, err
}

// Seal seals plain for a place.
func (b Box) Seal(plain []byte, place string) []byte {
	return b.aead.Seal([]byte{version}, nil, plain, []byte(place))
}

// Open returns what was sealed for a place.
func (b Box) Open(sealed []byte, place string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, ErrVersion
	}
	plain, err := b.aead.Open(nil, nil, sealed[1:], []byte(place))
	if err != nil {
		return nil, ErrKey
	}
	return plain, nil
}
