//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

const secrets = "org.freedesktop.secrets" // the Secret Service's name on the bus

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
	conn, err := dbus.SessionBus() // go-keyring's
	if err != nil {
		return err
	}
	return unlocked(ctx, conn)
}

// unlocked returns an error unless there is a keyring, and it is unlocked.
func unlocked(ctx context.Context, conn *dbus.Conn) error {
	// gnome-keyring-daemon may not have noted a new client yet when it handles its first call. Asked for a property or
	// a session, it dies of that, and leaves all programs with a locked keyring. This call does it no harm, and comes
	// back when the client is noted. What it says does not matter.
	_ = conn.Object(secrets, "/org/freedesktop/secrets").
		CallWithContext(ctx, "org.freedesktop.Secret.Service.ReadAlias", 0, "default").Err
	var locked bool
	var err error
	for _, path := range collections {
		err = conn.Object(secrets, path).
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
