package becard_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A login at becard also opens a session, for programs that need the session and not the token. It is a secret, so this
// Example does not print it.
func ExampleSessionID() {
	server := sandbox.NewBecard(sandbox.Config{})
	defer server.Close()

	c, err := client.New(becard.Password{
		BaseURL:  server.URL,
		Email:    "user@example.com",
		Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	token, err := c.Token(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	session, ok := becard.SessionID(token)
	fmt.Println(session != "", ok)
	// Output: true true
}
