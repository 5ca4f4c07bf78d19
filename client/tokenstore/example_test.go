package tokenstore_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// A key of the application hides and seals what the store beneath keeps. The first key writes, and all of them read, so
// that a new one can replace an old one.
func ExampleSealed() {
	dir, err := os.MkdirTemp("", "tokens")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	files, err := tokenstore.NewFiles(dir)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	oldKey, newKey := make([]byte, tokenstore.KeySize), make([]byte, tokenstore.KeySize)
	_, _ = rand.Read(oldKey) // a program has its keys from its configuration
	_, _ = rand.Read(newKey)

	before, err := tokenstore.Sealed(files, oldKey)
	if err != nil {
		log.Fatal(err)
	}
	if err := before.Put(ctx, "key", []byte("record"), time.Hour); err != nil {
		log.Fatal(err)
	}

	rotating, err := tokenstore.Sealed(files, newKey, oldKey)
	if err != nil {
		log.Fatal(err)
	}
	record, err := rotating.Get(ctx, "key")
	fmt.Println("both keys:", string(record), err)

	stranger, err := tokenstore.Sealed(files, bytes.Repeat([]byte("?"), tokenstore.KeySize))
	if err != nil {
		log.Fatal(err)
	}
	_, err = stranger.Get(ctx, "key")
	fmt.Println("another key:", err)
	// Output:
	// both keys: record <nil>
	// another key: token not found
}
