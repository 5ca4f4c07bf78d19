//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore

import (
	"context"
	"errors"

	"github.com/godbus/dbus/v5"
)

const secrets = "org.freedesktop.secrets" // name of the Secret Service on the bus

// collections are where go-keyring puts its items: in the first, or in the second if that does not exist.
var collections = []dbus.ObjectPath{
	"/org/freedesktop/secrets/collection/login",
	"/org/freedesktop/secrets/aliases/default",
}

var errLocked = errors.New("it is locked")

// ready returns an error unless there is a keyring that is unlocked. Without a bus, go-keyring would start one, which
// lacks the user's keyring and never ends. With a locked keyring it would prompt the user. Without a screen for that,
// each call would leave goroutines behind.
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

// unlocked returns an error unless the bus has a keyring that is unlocked.
func unlocked(ctx context.Context, conn *dbus.Conn) error {
	// gnome-keyring-daemon may handle the first call of a client before it has registered the client. If that call asks
	// for a property or a session, the daemon crashes, and all programs find their keyring locked. This call does no
	// harm, and returns when the client is registered. Its answer does not matter.
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
