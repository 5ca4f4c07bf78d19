package redisstore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// Three pods of a fleet have a Redis client each, and log in once together. That client has the address, TLS, Cluster
// and passwords. Here a Redis in this process replaces yours.
func Example() {
	server := sandbox.NewBleepay(sandbox.Config{})
	defer server.Close()
	stand, err := miniredis.Run()
	if err != nil {
		log.Fatal(err)
	}
	defer stand.Close()

	pod := func() {
		rdb := redis.NewClient(&redis.Options{Addr: stand.Addr()})
		defer rdb.Close()
		c, err := client.New(bleepay.EmailPassword{
			BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
		}, client.WithTokenStore(redisstore.New(rdb)), client.WithObserver(client.Observer{StoreTrouble: func(err error) { log.Print(err) }}))
		if err != nil {
			log.Fatal(err)
		}
		if _, err := c.Token(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	for range 3 {
		pod()
	}
	fmt.Println("logins:", server.Counts().Logins)
	// Output: logins: 1
}
