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

// The generated client lists the chart of accounts. A sandbox replaces Bezala; without a BaseURL the login goes to
// Bezala itself.
func ExamplePassword() {
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
	api, err := bezalaapi.NewClientWithResponses(c.BaseURL(), bezalaapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	accounts, err := api.ListAccountsWithResponse(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if accounts.JSON200 == nil {
		log.Fatal(accounts.Status())
	}
	for _, account := range *accounts.JSON200 {
		fmt.Println(account["name"])
	}
	// Output: Travel expenses
}
