package clienttest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

func TestMemoryStoreKeepsThePromises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		open := func() (client.TokenStore, error) { return store, nil }
		if err := clienttest.TestTokenStore(t.Context(), open); err != nil {
			t.Error(err)
		}
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records are left", n)
		}
	})
}

func TestMemoryStoreTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &clienttest.MemoryStore{}
		if err := store.Put(t.Context(), "key", []byte("record"), time.Minute); err != nil {
			t.Fatal(err)
		}
		broken := errors.New("broken")
		store.SetTrouble(time.Second, broken)
		began := time.Now()
		if _, err := store.Get(t.Context(), "key"); !errors.Is(err, broken) || time.Since(began) != time.Second {
			t.Errorf("Get: %v after %s; want the trouble's error after 1 s", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := store.Delete(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Delete: %v; want ctx's error", err)
		}
		store.SetTrouble(0, nil)
		if got, err := store.Get(t.Context(), "key"); string(got) != "record" || err != nil {
			t.Errorf("Get: %q, %v; want the record again", got, err)
		}
		if n := store.Puts(); n != 1 {
			t.Errorf("%d puts; want 1", n)
		}
		time.Sleep(time.Minute)
		if n := len(store.Records()); n != 0 {
			t.Errorf("%d records after their time", n)
		}
	})
}
