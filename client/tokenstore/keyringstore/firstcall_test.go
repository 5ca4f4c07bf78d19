//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// The first call of a new client can crash a daemon, and then every program's keyring is locked. Our first call does
// not.
func TestFirstCallIsHarmless(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	for range times(100, 500) {
		var wg sync.WaitGroup
		for range 4 { // one process alone is never quick enough
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

// secretService is a Secret Service in the test. Its only collection is the default one.
type secretService struct{ locked atomic.Bool }

// ReadAlias implements org.freedesktop.Secret.Service.
func (*secretService) ReadAlias(string) (dbus.ObjectPath, *dbus.Error) { return "/", nil }

// Get implements org.freedesktop.DBus.Properties.
func (s *secretService) Get(iface, name string) (dbus.Variant, *dbus.Error) {
	if iface != "org.freedesktop.Secret.Collection" || name != "Locked" {
		return dbus.Variant{}, dbus.MakeFailedError(errors.New(iface + " has no " + name))
	}
	return dbus.MakeVariant(s.locked.Load()), nil
}

// If there is no login keyring, the default one counts. In every case the first call to a daemon is a harmless one.
func TestDefaultKeyring(t *testing.T) {
	if !session(t, noKeyring) {
		return
	}
	calls := make(chan string, 100)
	serving, err := dbus.ConnectSessionBus(dbus.WithIncomingInterceptor(func(msg *dbus.Message) {
		if msg.Type == dbus.TypeMethodCall {
			calls <- fmt.Sprint(msg.Headers[dbus.FieldInterface].Value(), ".", msg.Headers[dbus.FieldMember].Value())
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = serving.Close() }()
	service := new(secretService)
	err = errors.Join(
		serving.Export(service, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service"),
		serving.Export(service, "/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties"),
	)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := serving.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the name on the bus: %v, %v", reply, err)
	}
	for _, want := range []string{"", "it is locked"} {
		service.locked.Store(want != "")
		conn, err := dbus.ConnectSessionBus()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := keyringstore.Unlocked(t.Context(), conn); err != nil {
			got = err.Error()
		}
		_ = conn.Close()
		if got != want {
			t.Errorf("the default keyring is locked: %t; the error is %q, want %q", service.locked.Load(), got, want)
		}
		if first := <-calls; first != "org.freedesktop.Secret.Service.ReadAlias" {
			t.Errorf("the first call is %s", first)
		}
		for len(calls) > 0 {
			<-calls
		}
	}
}
