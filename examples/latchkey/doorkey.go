package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// tokenBytes is the number of random bytes in a Proxy-Token.
const tokenBytes = 32

// sharedToken returns what is in a file of the user's, which it makes if there is none. Proxies that start at the same
// time get the same token.
func sharedToken(path string) (string, error) {
	if err := private(filepath.Dir(path)); err != nil {
		return "", err
	}
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = lock.Unlock() }()
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newToken(path)
	}
	if err != nil {
		return "", err
	}
	if fault := openToOthers(info); !info.Mode().IsRegular() || fault != "" {
		return "", fmt.Errorf("%s is no place for a secret: %s: remove it", path, fault)
	}
	data, err := os.ReadFile(path) //nolint:gosec // it is ours
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if raw, err := hex.DecodeString(token); err != nil || len(raw) != tokenBytes {
		return "", fmt.Errorf("%s is damaged: remove it", path)
	}
	return token, nil
}

// newToken writes a token to a file, or nothing: neither a full disk nor a crash leaves half of one there.
func newToken(path string) (string, error) {
	random := make([]byte, tokenBytes)
	rand.Read(random)
	token := hex.EncodeToString(random)
	draft := path + ".new"
	if err := os.WriteFile(draft, []byte(token+"\n"), 0o600); err != nil {
		_ = os.Remove(draft)
		return "", err
	}
	return token, os.Rename(draft, path)
}
