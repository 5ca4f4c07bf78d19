package becard_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/becard/becardapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// The generated client lists the cards of an account. A sandbox replaces becard.
func ExamplePassword() {
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
	api, err := becardapi.NewClientWithResponses(c.BaseURL(), becardapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	cards, err := api.ListCardsWithResponse(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if cards.JSON200 == nil {
		log.Fatal(cards.Status())
	}
	for _, card := range cards.JSON200.Data {
		fmt.Println(card["email"])
	}
	// Output: user@example.com
}
