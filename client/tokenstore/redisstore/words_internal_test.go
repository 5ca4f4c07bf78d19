package redisstore

import (
	"runtime"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// What is known of a go-redis client goes with its last Store.
func TestWordsGoWithTheirClient(t *testing.T) { // not beside others: they have clients, too
	size := func() int {
		runtime.GC()
		everyone.Lock()
		defer everyone.Unlock()
		return len(everyone.words)
	}
	before := size()
	for range 100 {
		rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
		New(rdb)
		if err := rdb.Close(); err != nil {
			t.Fatal(err)
		}
	}
	redistest.Eventually(t, "they are forgotten", func() bool { return size() <= before })
}
