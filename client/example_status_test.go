package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// What a Client is up to, for a health check or a dashboard.
func ExampleClient_Status() {
	server := sandbox.NewBleepay(sandbox.Config{})
	defer server.Close()

	c, err := client.New(bleepay.EmailPassword{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.Token(context.Background()); err != nil {
		log.Fatal(err)
	}
	status := c.Status()
	fmt.Println("logins:", status.Logins, "failures:", status.Failures)
	fmt.Println("expires in an hour:", time.Until(status.Expiry) > 59*time.Minute)
	fmt.Println("renewed before that:", status.NextRefresh.Before(status.Expiry))
	fmt.Println("latched:", !status.RefusedUntil.IsZero())
	// Output:
	// logins: 1 failures: 0
	// expires in an hour: true
	// renewed before that: true
	// latched: false
}
