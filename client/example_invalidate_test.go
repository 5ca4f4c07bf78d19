package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A program that carries the token itself, such as in a WebSocket's first message, says so when it was rejected.
// HTTPClient does that by itself.
func ExampleClient_Invalidate() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()

	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	token := func() client.Token {
		token, err := c.Token(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		return token
	}
	rejected := token()
	c.Invalidate(rejected)
	fmt.Println("the same again:", token().Equal(rejected))

	// Another goroutine comes late with the same finding. It does no harm: the Client holds a new token by now.
	c.Invalidate(rejected)
	token()
	fmt.Println("logins:", server.Counts().Logins)
	// Output:
	// the same again: false
	// logins: 2
}
