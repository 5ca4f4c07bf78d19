package oauth2source_test

import (
	"context"
	"errors"
	"fmt"
	"log"
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
		log.Fatal(err)
	}
	// gRPC's oauth.TokenSource and Google's option.WithTokenSource take such a source.
	source := oauth2source.New(context.Background(), c)
	token, err := source.Token()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Type(), token.Valid())
	// Output: Bearer true
}

// statusError stands in for an error of gRPC, from which status.Code(err) takes the code. Over HTTP it is the 401.
type statusError struct{ code int }

func (e statusError) Error() string { return fmt.Sprint("rpc error: code = ", e.code) }

const unauthenticated = 16 // codes.Unauthenticated

// A program that calls a service by gRPC says that a token was rejected, and tries once more if there is another one.
// This is what a UnaryClientInterceptor does.
func ExampleSource_Invalidate() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	source := oauth2source.New(context.Background(), c)

	// invoke stands in for a call by a connection that has the source as its credentials.
	invoke := func(context.Context) error {
		token, err := source.Token()
		if err != nil {
			return err
		}
		if !server.Valid(token.AccessToken) {
			return statusError{unauthenticated}
		}
		return nil
	}
	intercept := func(ctx context.Context, invoke func(context.Context) error) error {
		token, err := source.Token()
		if err != nil {
			return err
		}
		err = invoke(ctx)
		if status, ok := errors.AsType[statusError](err); ok && status.code == unauthenticated {
			if replaced, _ := source.Invalidate(ctx, token); replaced {
				return invoke(ctx)
			}
		}
		return err
	}

	fmt.Println(intercept(context.Background(), invoke))
	server.RevokeAll()
	fmt.Println(intercept(context.Background(), invoke))
	fmt.Println(server.Counts().Logins, "logins")
	// Output:
	// <nil>
	// <nil>
	// 2 logins
}
