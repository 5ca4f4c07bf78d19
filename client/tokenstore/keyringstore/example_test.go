//go:build unix && !darwin

package keyringstore_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// A tool keeps its token in the user's keyring, or in files if there is no keyring, as on a server. This Example runs
// without one.
func Example() {
	ctx := context.Background()
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "tokens") // a tool would take tokenstore.DefaultDir()
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	var store client.TokenStore = keyringstore.New()
	if _, err := store.Get(ctx, "probe"); errors.Is(err, keyringstore.ErrUnavailable) {
		fmt.Println("no keyring, so files")
		if store, err = tokenstore.NewFiles(dir); err != nil {
			log.Fatal(err)
		}
	}
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { log.Print(err) }}), client.WithUnboundRecords())
	if err != nil {
		log.Fatal(err)
	}
	token, err := c.Token(ctx)
	fmt.Println(token, err)
	// Output:
	// no keyring, so files
	// Bearer [redacted] <nil>
}
