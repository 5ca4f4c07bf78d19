package client_test

import (
	"fmt"
	"log"
	"net/http"
	"sync"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// An account goes in, an http.Client that is logged in comes out. However many goroutines use it, it logs in once.
// The sandbox stands in for the service.
func Example() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()

	c, err := client.New(bezala.Password{
		BaseURL:  server.URL,
		Email:    "user@example.com",
		Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	hc := c.HTTPClient()

	var requests sync.WaitGroup
	for range 100 {
		requests.Go(func() {
			resp, err := hc.Get(c.BaseURL() + "/api/accounts")
			if err != nil {
				log.Print(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				log.Print(resp.Status)
			}
		})
	}
	requests.Wait()

	counts := server.Counts()
	fmt.Println("requests:", counts.Protected, "logins:", counts.Logins)
	// Output: requests: 100 logins: 1
}
