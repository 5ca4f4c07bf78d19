package client_test

import (
	"fmt"
	"log"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A program that answers a user's click would rather fail than wait: it never repeats a 429.
func ExampleWithRetryPolicy() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()

	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
	if err != nil {
		log.Fatal(err)
	}
	server.SetOutage(sandbox.Outage{
		Kind: sandbox.TooManyRequests, Scope: sandbox.Protected, Wait: 10 * time.Second, Times: 1,
	})
	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, "Retry-After:", resp.Header.Get("Retry-After"))
	// Output: 429 Too Many Requests Retry-After: 10
}
