package client

import (
	"testing"
	"time"
)

func TestP1HitTakesNoLock(t *testing.T) {
	c := heldClient(t)
	c.cache.mu.Lock()
	defer c.cache.mu.Unlock()
	hit := make(chan error, 1)
	go func() {
		_, err := c.Token(t.Context())
		hit <- err
	}()
	select {
	case err := <-hit:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second): // not in a bubble, whose clock stands still while somebody waits for a lock
		t.Error("it waits for the lock")
	}
}
