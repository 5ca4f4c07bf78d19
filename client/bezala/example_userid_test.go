package bezala_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Bezala's answer to a login has the number of the user. Here this number finds the user's own accounts in the list of
// the generated client.
func ExampleUserID() {
	ctx := context.Background()
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
	token, err := c.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	me, ok := bezala.UserID(token)
	if !ok {
		log.Fatal("Bezala's answer has no user_id")
	}

	api, err := bezalaapi.NewClientWithResponses(c.BaseURL(), bezalaapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	accounts, err := api.ListAccountsWithResponse(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if accounts.JSON200 == nil {
		log.Fatal(accounts.Status())
	}
	for _, account := range *accounts.JSON200 {
		fmt.Println(account["name"], account["user_id"] == float64(me)) // JSON numbers decode to float64
	}
	// Output: Travel expenses true
}
