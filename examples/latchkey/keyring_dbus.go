//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// hasKeyring reports whether this session has a keyring, in whatever state. There is none only if there is no session
// bus, or if the bus answers that it knows of no Secret Service.
func hasKeyring(ctx context.Context) bool {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		_, err := os.Stat(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")) //nolint:gosec // it is the user's own
		if os.Getenv("XDG_RUNTIME_DIR") == "" || err != nil {
			return false
		}
	}
	if strings.HasPrefix(address, "disabled:") {
		return false
	}
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return true // there is a session, whose bus is out of order
	}
	defer func() { _ = conn.Close() }()
	for _, list := range []string{"ListNames", "ListActivatableNames"} {
		var names []string
		if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus."+list, 0).Store(&names); err != nil {
			return true
		}
		if slices.Contains(names, "org.freedesktop.secrets") {
			return true
		}
	}
	return false
}
