//go:build unix

package secrets_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/secrets"
)

// mount is a secret that is mounted as Kubernetes does it: path is a link into ..data, which is a link to a folder.
type mount struct {
	path, dir string
	swaps     int
}

func newMount(t *testing.T, secret string) *mount {
	t.Helper()
	dir := t.TempDir()
	m := &mount{path: filepath.Join(dir, "password"), dir: dir}
	if err := errors.Join(m.swap(secret), os.Symlink(filepath.Join("..data", "password"), m.path)); err != nil {
		t.Fatal(err)
	}
	return m
}

// swap does what kubelet does: a new folder, a new link to it, which takes the place of ..data, and no old folder.
func (m *mount) swap(secret string) error {
	data := filepath.Join(m.dir, "..data")
	old, _ := os.Readlink(data) // "" at first
	m.swaps++
	folder := fmt.Sprintf("..%d", m.swaps)
	err := errors.Join(
		os.Mkdir(filepath.Join(m.dir, folder), 0o700),
		os.WriteFile(filepath.Join(m.dir, folder, "password"), []byte(secret+"\n"), 0o600),
		os.Symlink(folder, data+"_tmp"),
		os.Rename(data+"_tmp", data),
	)
	if old != "" {
		err = errors.Join(err, os.RemoveAll(filepath.Join(m.dir, old)))
	}
	return err
}

// Who reads while the secret is swapped gets the old one or the new one, and no error.
func TestFromFileWhileItIsSwapped(t *testing.T) {
	const readers, swaps = 4, 1500
	m := newMount(t, "0")
	secret := secrets.FromFile(m.path)
	ctx, cancel := context.WithCancel(t.Context())
	reads := make([]chan string, readers)
	var all sync.WaitGroup
	for i := range reads {
		reads[i] = make(chan string)
		all.Go(func() {
			for {
				got, err := secret(t.Context())
				if err != nil {
					got = err.Error()
				}
				select {
				case reads[i] <- got:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	for swap := range swaps {
		if err := m.swap(fmt.Sprint(swap + 1)); err != nil {
			t.Fatal(err)
		}
		for i := range reads {
			was, is := <-reads[i], <-reads[i] // the second one began after the swap
			before, after := fmt.Sprint(swap), fmt.Sprint(swap+1)
			if was != before && was != after || is != after {
				t.Errorf("swap %d: %q, and then %q", swap, was, is)
			}
		}
	}
	cancel()
	all.Wait()
}

// An account's password changes at the service, and its mounted secret is swapped some time before or after that, while
// many callers need tokens and one is renewed. No call fails while the old token lives, and one login is refused at
// most.
func TestMountedSecretSwappedUnderLoad(t *testing.T) {
	const life = 10 * time.Minute
	worlds, calls, refused := 0, 0, 0
	// A token is renewed in the last tenth of its life: the change comes then.
	for change := life - 80*time.Second; change < life-20*time.Second; change += 10 * time.Second {
		for _, delay := range []time.Duration{-25 * time.Second, -time.Second, 0, time.Second, 25 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				w := newRotation(t, life)
				w.load(5, life-100*time.Second, life+time.Minute)
				w.at(change, func() { w.server.SetAccounts(w.accounts("new")) })
				w.at(change+delay, func() {
					if err := w.mount.swap("new"); err != nil {
						t.Error(err)
					}
				})
				w.all.Wait()
				counts := w.server.Counts()
				if w.failed > 0 || counts.Refused > 1 || counts.Logins < 2 || w.calls < 1000 {
					t.Errorf("a change after %s, and the swap %s later: %d of %d calls failed, the first by %v; %+v",
						change, delay, w.failed, w.calls, w.first, counts)
				}
				worlds, calls, refused = worlds+1, calls+w.calls, refused+counts.Refused
			})
		}
	}
	t.Logf("%d swaps, %d calls, 0 failed, %d refused logins", worlds, calls, refused)
	if refused == 0 {
		t.Error("no login met the change: this test tells nothing")
	}
}

// rotation is a service whose account gets a new password.
type rotation struct {
	server *sandbox.Server
	mount  *mount
	client *http.Client
	all    sync.WaitGroup

	mu            sync.Mutex
	calls, failed int
	first         error
}

func (w *rotation) accounts(password string) []sandbox.Account {
	return []sandbox.Account{{Method: "password", Name: "user@example.com", Secret: password}}
}

func newRotation(t *testing.T, life time.Duration) *rotation {
	t.Helper()
	w := &rotation{mount: newMount(t, "old")}
	w.server = sandbox.NewBecard(sandbox.Config{Accounts: w.accounts("old"), TokenLifetime: life, InProcess: true, Latency: 50 * time.Millisecond})
	t.Cleanup(w.server.Close)
	c, err := client.New(becard.Password{
		BaseURL: w.server.URL, Email: "user@example.com", Password: secrets.FromFile(w.mount.path),
	}, client.WithTransport(w.server.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	w.client = c.HTTPClient()
	return w
}

// at does something at a time.
func (w *rotation) at(when time.Duration, what func()) {
	w.all.Go(func() {
		time.Sleep(when)
		what()
	})
}

// load makes one call now, and many from several goroutines between start and end.
func (w *rotation) load(callers int, start, end time.Duration) {
	began := time.Now()
	w.count(w.call())
	for range callers {
		w.all.Go(func() {
			for time.Sleep(start); time.Since(began) < end; time.Sleep(rand.N(time.Second)) {
				w.count(w.call())
			}
		})
	}
}

func (w *rotation) count(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if err != nil {
		w.failed++
		w.first = cmp.Or(w.first, err)
	}
}

func (w *rotation) call() error {
	resp, err := w.client.Get(w.server.URL + "/v1/cards")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}
