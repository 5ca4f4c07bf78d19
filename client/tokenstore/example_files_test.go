package tokenstore_test

import (
	"fmt"
	"log"
	"os"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// A program runs twice. The second run finds the first one's token and does not log in. Observer.StoreTrouble is told
// of trouble with the directory, and the program works all the same.
func ExampleNewFiles() {
	server := sandbox.NewBleepay(sandbox.Config{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "tokens") // a program would take tokenstore.DefaultDir()
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	run := func() {
		files, err := tokenstore.NewFiles(dir)
		if err != nil {
			log.Fatal(err)
		}
		c, err := client.New(bleepay.EmailPassword{
			BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
		}, client.WithTokenStore(files), client.WithObserver(client.Observer{StoreTrouble: func(err error) { log.Print(err) }}))
		if err != nil {
			log.Fatal(err)
		}
		resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/v1/vouchers/")
		if err != nil {
			log.Fatal(err)
		}
		defer resp.Body.Close()
		fmt.Println(resp.Status, "after logins:", server.Counts().Logins)
	}
	run()
	run()
	// Output:
	// 200 OK after logins: 1
	// 200 OK after logins: 1
}
