//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore_test

import (
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// The first call of a new client can kill a daemon, and with it every program's unlocked keyring. Ours does not.
func TestFirstCallIsHarmless(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	for range 500 {
		var wg sync.WaitGroup
		for range 4 { // one alone is never quick enough
			wg.Go(func() {
				conn, err := dbus.ConnectSessionBus()
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = conn.Close() }()
				if err := keyringstore.Unlocked(t.Context(), conn); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
	}
}
