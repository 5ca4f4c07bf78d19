package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// The same cause has the same kind at every service. What the service itself said is there as well.
func ExampleLoginError() {
	server := sandbox.NewBecard(sandbox.Config{})
	defer server.Close()

	c, err := client.New(becard.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("a wrong password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Token(context.Background())
	if errors.Is(err, client.ErrInvalidCredentials) {
		fmt.Println("wrong password")
	}
	if failed, ok := errors.AsType[*client.LoginError](err); ok {
		fmt.Println(failed.Service, failed.Status, failed.Message)
	}
	// Output:
	// wrong password
	// becard 422 Access data do not match!
}

// A rate limit says how long to wait. Who gives the call less time than that is told at once.
func ExampleRateLimitError() {
	server := sandbox.NewBecard(sandbox.Config{})
	defer server.Close()
	server.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: 20 * time.Second})

	c, err := client.New(becard.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err = c.Token(ctx)
	if limit, ok := errors.AsType[*client.RateLimitError](err); ok {
		fmt.Println("again in", limit.RetryAfter.Round(time.Second))
	}
	// Output: again in 20s
}
