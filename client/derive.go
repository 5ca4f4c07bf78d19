package client

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// recordKeys are where a record lies in a TokenStore, and what opens it there.
type recordKeys struct {
	place string
	aead  cipher.AEAD
}

// The cost of finding a bound record by trying passwords: OWASP's recommendation for argon2id. It is not read from
// a record, where a thief could lower it.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
)

// derivations bounds the memory that derivations take at a time, in this process.
var derivations = make(chan struct{}, 2)

// boundKeys derive place and key from account and secret: who does not hold the secret can neither find, read nor
// change the record.
func boundKeys(ctx context.Context, account Account, secret string) (recordKeys, error) {
	select {
	case derivations <- struct{}{}:
		defer func() { <-derivations }()
	case <-ctx.Done():
		return recordKeys{}, ctx.Err()
	}
	salt := sha256.Sum256([]byte("latchkey bound record 1 " + quoted(account)))
	return keysOf(argon2.IDKey([]byte(secret), salt[:], argonPasses, argonMemory, argonLanes, 32))
}

// vouchedKeys derive place and key from the account alone: whoever can read the store can read the record. They
// never meet a bound record's.
func vouchedKeys(account Account) (recordKeys, error) {
	root := sha256.Sum256([]byte("latchkey vouched record 1 " + quoted(account)))
	return keysOf(root[:])
}

func keysOf(root []byte) (recordKeys, error) {
	place, err := hkdf.Key(sha256.New, root, nil, "latchkey record place", 20)
	if err != nil {
		return recordKeys{}, err
	}
	key, err := hkdf.Key(sha256.New, root, nil, "latchkey record key", 32)
	if err != nil {
		return recordKeys{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return recordKeys{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return recordKeys{}, err
	}
	return recordKeys{place: hex.EncodeToString(place), aead: aead}, nil
}

// quoted writes an account so that no two accounts are written alike.
func quoted(a Account) string {
	return fmt.Sprintf("%q %q %q %q", a.Service, a.BaseURL, a.Method, a.Name)
}
