package oauth2source_test

import (
	"context"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

// A library that takes an oauth2.TokenSource gets the account's token. WithMaxAge bounds how long it may get a token
// that was revoked meanwhile, since a TokenSource never hears of a 401.
func Example() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithMaxAge(time.Hour))
	if err != nil {
		fmt.Println(err)
		return
	}
	// gRPC's oauth.TokenSource and Google's option.WithTokenSource take such a source.
	source := oauth2source.New(context.Background(), c)
	token, err := source.Token()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(token.Type(), token.Valid())
	// Output: Bearer true
}
