// Package clienttest helps to test programs that use package client. [TestTokenStore] checks a [client.TokenStore] of
// your own, and [MemoryStore] is one for tests. Package sandbox, in its subfolder, has a server per service to log in
// to.
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

// TestTokenStore checks that a store keeps the promises of [client.TokenStore], and those of [client.Locker] and
// [client.LockOrGetter] if it is one. Each call of open returns another handle on the same storage, as another process
// would have. The storage should hold nothing else: TestTokenStore writes and deletes records under keys of its own
// choice.
//
//	func TestStore(t *testing.T) {
//		storage := newStorage()
//		open := func() (client.TokenStore, error) { return mystore.Open(storage) }
//		if err := clienttest.TestTokenStore(t.Context(), open); err != nil {
//			t.Error(err)
//		}
//	}
//
// The error is nil, or joins one error per broken promise, which names the promise and says how it was broken. If a
// call of the store does not return after its ctx is done, the checks end at once and leave a goroutine behind. Run the
// test with the race detector too.
//
// TestTokenStore does not check how long a lock lasts after its holder has died. The store must see to it that a lock
// outlasts a login.
//
// The checks take two to four seconds if the store answers within a few milliseconds, and no time on the fake clock of
// package [testing/synctest].
func TestTokenStore(ctx context.Context, open func() (client.TokenStore, error)) error {
	k, err := newKit(open)
	if err != nil {
		return fmt.Errorf("clienttest: %w", err)
	}
	promises := storePromises
	if _, ok := k.a.(client.Locker); ok {
		promises = append(promises[:len(promises):len(promises)], lockPromises...)
	}
	if _, ok := k.a.(client.LockOrGetter); ok {
		promises = append(promises[:len(promises):len(promises)], lockOrGetPromises...)
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

// kit is what the checks work with.
type kit struct {
	a, b, c client.TokenStore // handles on the same storage
	prefix  string            // prefix of the keys in this run
	keys    []string          // all keys that were used
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

// key returns a key that nothing else uses. It is for one goroutine at a time.
func (k *kit) key(name string) string { return k.fixedKey(k.prefix + "-" + name) }

func (k *kit) fixedKey(key string) string {
	k.keys = append(k.keys, key)
	return key
}

const (
	checkLimit = 30 * time.Second // longest time for a check, if the store is slow
	grace      = 2 * time.Second  // longest time in which a call returns after its ctx is done
)

// check runs one check. A check that hangs is left behind and goes on using the kit.
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

// cleanUp deletes what the run has left. It ignores errors: the checks have tested Delete.
func (k *kit) cleanUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, key := range k.keys {
		_ = k.a.Delete(ctx, key)
	}
}
