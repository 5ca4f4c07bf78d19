package main

import (
	"context"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// storeVariable says where tokens lie, as --store does.
const storeVariable = "LATCHKEY_STORE"

const (
	inKeyring = "keyring"
	inFiles   = "files"
)

// defaultStore returns where the token of a new account lies: in files only if there is no keyring at all. One that is
// locked or out of order is one.
func defaultStore(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if hasKeyring(ctx) {
		return inKeyring
	}
	return inFiles
}

// openStore returns a store. Both kinds are a client.Locker.
func openStore(name string) (client.TokenStore, error) {
	switch name {
	case inFiles:
		return files(tokenDir())
	case inKeyring:
		locks, err := files(stateDir())
		return keyring{keyringstore.New(), locks}, err
	default:
		return nil, usagef("there is no store %q, only %s, %s", name, inKeyring, inFiles)
	}
}

// keyring is the user's keyring, with locks of our own: keyrings have none.
type keyring struct {
	*keyringstore.Store
	locks *tokenstore.Files
}

// Lock implements client.Locker.
func (k keyring) Lock(ctx context.Context, key string) (unlock func(), err error) {
	return k.locks.Lock(ctx, key)
}

// described returns where a token lies, for people.
func described(store string) string {
	if store == inKeyring {
		return "the keyring"
	}
	dir, err := tokenDir()
	if err != nil {
		return "files"
	}
	return "files in " + dir
}
