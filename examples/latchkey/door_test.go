//go:build unix

package main

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Proxies that start at the same time get the same Proxy-Token.
func TestSharedTokenIsShared(t *testing.T) {
	t.Parallel()
	for range times(20, 200) {
		path := filepath.Join(privateDir(t), "proxy-token")
		var wg sync.WaitGroup
		var tokens [8]string
		for i := range tokens {
			wg.Go(func() {
				token, err := sharedToken(path)
				if raw, decoded := hex.DecodeString(token); err != nil || decoded != nil || len(raw) != tokenBytes {
					t.Errorf("%q, %v", token, err)
				}
				tokens[i] = token
			})
		}
		wg.Wait()
		for _, token := range tokens {
			if token != tokens[0] {
				t.Fatal("two proxies have two tokens")
			}
		}
	}
}

// A token that could not be written leaves nothing that a later proxy would take for one.
func TestSharedTokenIsWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(privateDir(t), "proxy-token")
	if err := os.MkdirAll(path+".new/x", 0o700); err != nil { // a file cannot be written there
		t.Fatal(err)
	}
	if token, err := sharedToken(path); err == nil || token != "" {
		t.Errorf("%q, %v", token, err)
	}
	if err := os.RemoveAll(path + ".new"); err != nil {
		t.Fatal(err)
	}
	if _, err := sharedToken(path); err != nil {
		t.Error(err)
	}
}

func privateDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
