package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// The cost of a Get and a Put does not grow with the number of records.
func BenchmarkStore(b *testing.B) {
	for _, records := range []int{100, 10_000, 100_000} {
		rdb := redistest.Start(b).Client(b)
		record := make([]byte, 2048)
		fill := rdb.Pipeline()
		for i := range records {
			fill.Set(b.Context(), fmt.Sprintf("latchkey:key-%d", i), record, time.Hour)
			if i%1000 == 999 || i == records-1 {
				if _, err := fill.Exec(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}
		store := redisstore.New(rdb)
		key := func(i int) string { return fmt.Sprintf("key-%d", i*7919%records) }
		b.Run(fmt.Sprintf("Get/%d", records), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				if _, err := store.Get(b.Context(), key(i)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Put/%d", records), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				if err := store.Put(b.Context(), key(i), record, time.Hour); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Lock/%d", records), func(b *testing.B) {
			for b.Loop() {
				unlock, err := store.Lock(b.Context(), "key")
				if err != nil {
					b.Fatal(err)
				}
				unlock()
			}
		})
	}
}
