//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// busConfig is for a bus that starts no daemon by itself, which would be one of the real user's.
const busConfig = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`

// newBus makes a bus the session's bus of this process, until the test ends.
func newBus(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("dbus-daemon is not installed (Debian: apt-get install dbus)")
	}
	config := filepath.Join(t.TempDir(), "bus.conf")
	if err := os.WriteFile(config, []byte(busConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--config-file="+config, "--nofork", "--print-address")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
}

// serve makes a Secret Service that tells whether its keyring is locked.
func serve(t *testing.T) *secretService {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	service := new(secretService)
	err = errors.Join(
		conn.Export(service, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service"),
		conn.Export(service, "/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties"),
	)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := conn.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the name on the bus: %v, %v", reply, err)
	}
	return service
}

// A record is there if the keyring is unlocked, and nothing is asked of one that is locked. Its items are in memory
// here, so this needs no daemon of a desktop.
func TestRecordsOfAKeyringThatIsLockedAndUnlocked(t *testing.T) {
	newBus(t)
	service := serve(t)
	keyring.MockInit()
	s := keyringstore.New()
	wantMissing(t, s)
	put(t, s, "record", time.Hour)
	wantRecord(t, s, "record")

	service.locked.Store(true)
	unavailable(t, s, "it is locked")
	service.locked.Store(false)
	wantRecord(t, s, "record")

	const longest = (100<<10 - len("latchkey1:1900000000000:")) / 4 * 3 // in base64, 100 KiB with what is before it
	if err := s.Put(t.Context(), "key", make([]byte, longest+1), time.Hour); !errors.Is(err, keyring.ErrSetDataTooBig) {
		t.Errorf("Put of %d bytes: %v", longest+1, err)
	}
	wantRecord(t, s, "record")
	put(t, s, string(make([]byte, longest)), time.Hour)
	wantRecord(t, s, string(make([]byte, longest)))

	for range 2 {
		if err := s.Delete(t.Context(), "key"); err != nil {
			t.Error(err)
		}
		wantMissing(t, s)
	}
	put(t, s, "record", -time.Nanosecond)
	wantMissing(t, s)
	if _, err := keyring.Get("latchkey", "key"); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("the expired item: %v, want it to be deleted", err)
	}
	if err := keyring.Set("latchkey", "key", "hunter2"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "key"); !errors.Is(err, client.ErrTokenNotFound) || !errors.Is(err, client.ErrRecordUnreadable) {
		t.Errorf("a foreign item: %v, want ErrTokenNotFound and ErrRecordUnreadable", err)
	}
	keyring.MockInitWithError(errors.New("it is broken"))
	unavailable(t, s, "it is broken")
}

// ending is a context that ends when it is told to, just as the keyring has answered.
type ending struct {
	context.Context

	over atomic.Bool
}

func (e *ending) Err() error {
	if e.over.Load() {
		return context.Canceled
	}
	return nil
}

// If the context ends as the answer comes, a success counts. In place of a failure there is the context's error.
func TestAnswerAsTheContextEnds(t *testing.T) {
	newBus(t)
	serve(t)
	for _, answer := range []error{nil, keyring.ErrNotFound, errors.New("it is broken")} {
		ctx := &ending{Context: t.Context()}
		got, err := keyringstore.Ask(ctx, func() (string, error) {
			ctx.over.Store(true)
			return "record", answer
		})
		if answer == nil {
			if got != "record" || err != nil {
				t.Errorf("a success: %q, %v", got, err)
			}
			continue
		}
		if !errors.Is(err, keyringstore.ErrUnavailable) || !errors.Is(err, context.Canceled) || errors.Is(err, answer) {
			t.Errorf("%v: %v, want ErrUnavailable and the context's error", answer, err)
		}
	}
}

// Without a keyring on the bus, or without a bus, each call says so.
func TestBusWithoutAKeyring(t *testing.T) {
	newBus(t)
	keyring.MockInit() // go-keyring is not asked
	unavailable(t, keyringstore.New(), "org.freedesktop.secrets")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nobody/listens")
	unavailable(t, keyringstore.New(), "no such file")
}
