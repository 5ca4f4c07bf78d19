//go:build unix

package keyringstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	ss "github.com/zalando/go-keyring/secret_service"

	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

const loginCollection dbus.ObjectPath = "/org/freedesktop/secrets/collection/login"

func TestLocked(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Hour)
	secrets, err := ss.NewSecretService()
	if err != nil {
		t.Fatal(err)
	}
	talk, err := secrets.OpenSession()
	if err != nil {
		t.Fatal(err)
	}
	service := secrets.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	lock := service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginCollection})
	if lock.Err != nil {
		t.Fatal(lock.Err)
	}
	before := runtime.NumGoroutine()
	for range 20 {
		unavailable(t, s, "locked")
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
	unlock := service.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword", 0,
		loginCollection, ss.NewSecret(talk.Path(), "pw"))
	if unlock.Err != nil {
		t.Fatal(unlock.Err)
	}
	wantRecord(t, s, "record")
}

// The daemon has no keyring, as before the user's first login.
func TestNoKeyring(t *testing.T) {
	if !session(t, noKeyring) {
		return
	}
	unavailable(t, keyringstore.New(), "Object does not exist") // from now on there is a connection
	before := runtime.NumGoroutine()
	for range 20 {
		unavailable(t, keyringstore.New(), "Object does not exist")
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// daemon sends a signal to the session's keyring daemon. After a SIGSTOP it has stopped and answers no call.
func daemon(t *testing.T) func(syscall.Signal) {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var pid int
	err = conn.BusObject().Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, "org.freedesktop.secrets").Store(&pid)
	if err != nil {
		t.Fatal(err)
	}
	return func(s syscall.Signal) {
		if err := syscall.Kill(pid, s); err != nil {
			t.Fatal(err)
		}
		if s == syscall.SIGSTOP {
			eventually(t, "the daemon has stopped", func() bool {
				stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
				if err != nil {
					t.Skip("there is no /proc to look at the daemon")
				}
				return strings.Contains(string(stat), ") T ")
			})
		}
	}
}

// The keyring hangs, then recovers, and then dies.
func TestHangs(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Hour)
	signal := daemon(t)
	before := runtime.NumGoroutine()
	signal(syscall.SIGSTOP)
	for range 3 {
		unavailable(t, s, "context deadline exceeded")
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
	signal(syscall.SIGCONT)
	wantRecord(t, s, "record")
	signal(syscall.SIGKILL)
	eventually(t, "the bus starts another, which is locked", func() bool {
		_, err := s.Get(t.Context(), "key")
		return errors.Is(err, keyringstore.ErrUnavailable) && strings.Contains(err.Error(), "locked")
	})
}

// If a keyring hangs at the wrong moment, go-keyring waits without a limit. At most one goroutine does so.
func TestHangsWithin(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	put(t, s, "record", time.Hour)
	before, answer := runtime.NumGoroutine(), make(chan struct{})
	limited := func(f func() (string, error)) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := keyringstore.Ask(ctx, f)
		if !errors.Is(err, keyringstore.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want ErrUnavailable and ctx's error", err)
		}
	}
	limited(func() (string, error) {
		<-answer
		return "", nil
	})
	for range 20 {
		limited(func() (string, error) {
			t.Error("two at once")
			return "", nil
		})
	}
	eventually(t, "one goroutine is left", func() bool { return runtime.NumGoroutine() <= before+1 })
	close(answer)
	wantRecord(t, s, "record")
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

// go-keyring panics on answers that it does not expect.
func TestPanic(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	_, err := keyringstore.Ask(t.Context(), func() (string, error) {
		var paths any = "no paths"
		return string(paths.([]dbus.ObjectPath)[0]), nil
	})
	if !errors.Is(err, keyringstore.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	put(t, keyringstore.New(), "record", time.Hour)
}

// Without a session bus go-keyring would run dbus-launch, if there is one.
func TestNoBus(t *testing.T) {
	if os.Getenv(inSession) != "" {
		unavailable(t, keyringstore.New(), os.Getenv("WANT"))
		return
	}
	if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Getuid()) + "/bus"); err == nil {
		t.Skip("there is a session bus here, which go-keyring finds without being told")
	}
	bin := t.TempDir()
	launched := filepath.Join(bin, "launched")
	script := "#!/bin/sh\ntouch " + launched + "\n"
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + bin + ":" + os.Getenv("PATH")
	again(t, nil, path, "WANT=session bus")
	again(t, nil, path, "DBUS_SESSION_BUS_ADDRESS=", "WANT=session bus")
	again(t, nil, path, "DBUS_SESSION_BUS_ADDRESS=unix:path="+bin+"/nobody", "WANT=no such file")
	again(t, nil, path, "DBUS_SESSION_BUS_ADDRESS=nonsense", "WANT=invalid")
	if _, err := os.Stat(launched); err == nil {
		t.Error("a session bus was launched")
	}
}
