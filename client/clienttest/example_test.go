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

// This is the test of a store of your own. Each call of open returns another handle on the same storage, as another
// process would have.
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
