package client_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// vault stands in for yours, or for a person at a prompt.
type vault struct{ asked int }

func (v *vault) read(ctx context.Context, _ string) (string, error) {
	v.asked++
	return "your-password", ctx.Err()
}

// A password that lives in a vault. It is read when a login is due, and not before each call: once, here, and again
// after the token was revoked.
func ExampleSecret() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()

	var v vault
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com",
		Password: func(ctx context.Context) (string, error) { return v.read(ctx, "bezala/password") },
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("asked before the first call:", v.asked)

	call := func() {
		resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
		if err != nil {
			log.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			log.Fatal(resp.Status)
		}
	}
	for range 100 {
		call()
	}
	fmt.Println("asked for 100 calls:", v.asked)

	server.RevokeAll()
	call()
	fmt.Println("asked after a revocation:", v.asked)
	// Output:
	// asked before the first call: 0
	// asked for 100 calls: 1
	// asked after a revocation: 2
}
