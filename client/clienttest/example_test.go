package clienttest_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// The test of a store of your own: each call of open gives another handle on the same store, as another process has.
func ExampleTestTokenStore() {
	dir, err := os.MkdirTemp("", "tokens")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	open := func() (client.TokenStore, error) { return tokenstore.NewFiles(dir) }
	fmt.Println(clienttest.TestTokenStore(context.Background(), open))
	// Output: <nil>
}
