//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

// collections are where go-keyring puts its items: in the first, or where that does not exist in the second.
var collections = []dbus.ObjectPath{
	"/org/freedesktop/secrets/collection/login",
	"/org/freedesktop/secrets/aliases/default",
}

var errLocked = errors.New("it is locked")

// ready returns an error unless there is a keyring, and it is unlocked. Without a bus, go-keyring would start one,
// in which the user's keyring is not, and which nobody ever stops. With a locked keyring it would prompt, and where
// there is no screen to do so, leave goroutines behind, more with each call.
func ready(ctx context.Context) error {
	bus, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return err
	}
	if err := bus.Close(); err != nil {
		return err
	}
	conn, err := dbus.SessionBus() // go-keyring's: gnome-keyring-daemon sometimes dies when a client of it disconnects
	if err != nil {
		return err
	}
	var locked bool
	for _, path := range collections {
		err = conn.Object("org.freedesktop.secrets", path).
			CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, "org.freedesktop.Secret.Collection", "Locked").
			Store(&locked)
		if err == nil {
			break
		}
	}
	if err == nil && locked {
		return errLocked
	}
	return err
}
