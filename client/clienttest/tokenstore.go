// Package clienttest checks what others build on package client: TestTokenStore holds a TokenStore to its promises.
// Its subfolder sandbox has one server per service to log in to.
package clienttest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// TestTokenStore checks that a store keeps the promises of client.TokenStore, and those of client.Locker if it is
// one. Each call of open returns another handle on the same storage, as another process would have. The storage
// should hold nothing else: TestTokenStore writes and deletes records under keys of its own choice.
//
//	func TestStore(t *testing.T) {
//		storage := …
//		open := func() (client.TokenStore, error) { return mystore.Open(storage) }
//		if err := clienttest.TestTokenStore(t.Context(), open); err != nil {
//			t.Error(err)
//		}
//	}
//
// The error is nil, or one error per broken promise, joined, which names the promise and says how it was broken. A
// store that does not come back when its ctx is done ends the test at once, and leaves a goroutine behind. Run it
// with the race detector, too.
//
// How long a lock is held when its holder has died is not checked: that it outlasts a login is the store's own affair.
//
// It takes two to four seconds with a store that answers within a few milliseconds, and none on the fake clock of
// testing/synctest.
func TestTokenStore(ctx context.Context, open func() (client.TokenStore, error)) error {
	k, err := newKit(open)
	if err != nil {
		return fmt.Errorf("clienttest: %w", err)
	}
	promises := storePromises
	if _, ok := k.a.(client.Locker); ok {
		promises = append(promises[:len(promises):len(promises)], lockPromises...)
	}
	var broken []error
	for _, p := range promises {
		hangs, err := k.check(ctx, p)
		if err != nil {
			broken = append(broken, fmt.Errorf("clienttest: %s: %w", p.name, err))
		}
		if hangs {
			return errors.Join(broken...)
		}
		if err := ctx.Err(); err != nil {
			broken = append(broken, fmt.Errorf("clienttest: not all promises were checked: %w", err))
			break
		}
	}
	k.cleanUp(ctx)
	return errors.Join(broken...)
}

// promise is one thing that a store promises.
type promise struct {
	name  string
	check func(*kit, context.Context) error
}

// kit has what the checks work with.
type kit struct {
	a, b, c client.TokenStore // handles on the same storage
	prefix  string            // of the keys in this run
	keys    []string          // all that were used
}

func newKit(open func() (client.TokenStore, error)) (*kit, error) {
	k := &kit{prefix: strings.ToLower(rand.Text())}
	for _, handle := range []*client.TokenStore{&k.a, &k.b, &k.c} {
		store, err := open()
		if err != nil {
			return nil, fmt.Errorf("open: %w", err)
		}
		*handle = store
	}
	return k, nil
}

// key returns a key that nothing else uses. It is not to be called by several goroutines at once.
func (k *kit) key(name string) string { return k.fixedKey(k.prefix + "-" + name) }

func (k *kit) fixedKey(key string) string {
	k.keys = append(k.keys, key)
	return key
}

const (
	checkLimit = 30 * time.Second // for a check, with a slow store
	grace      = 2 * time.Second  // for a call to return after its ctx is done
)

// check runs one check. It does not wait for it for ever; what hangs goes on using the kit.
func (k *kit) check(ctx context.Context, p promise) (hangs bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.check(k, ctx) }()
	select {
	case err := <-done:
		return false, err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return false, err
	case <-time.After(2 * grace):
		return true, fmt.Errorf("a call has not returned %v after its ctx was done", 2*grace)
	}
}

// cleanUp deletes what the run has left. Whether Delete works was for the checks to say.
func (k *kit) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, key := range k.keys {
		_ = k.a.Delete(ctx, key)
	}
}
