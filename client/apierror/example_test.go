package apierror_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A generated call that must return something. If it does not, the error says why, and nobody follows a nil pointer.
func ExampleWant() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	api, err := bezalaapi.NewClientWithResponses(c.BaseURL(), bezalaapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	show := func() error {
		result, err := api.ListAccountsWithResponse(context.Background())
		if err != nil {
			return err
		}
		accounts, err := apierror.Want(result.JSON200, result.HTTPResponse, result.Body)
		if err != nil {
			return err
		}
		for _, account := range *accounts {
			fmt.Println(account["name"])
		}
		return nil
	}

	fmt.Println(show())
	server.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML, Scope: sandbox.Protected})
	fmt.Println(show())
	// Output:
	// Travel expenses
	// <nil>
	// HTTP 503: the answer is a page
}

// With a Doer, each call of a generated client gives the error by itself.
func ExampleDoer() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	doer := apierror.Doer{Client: c.HTTPClient()}
	api, err := bezalaapi.NewClientWithResponses(c.BaseURL(), bezalaapi.WithHTTPClient(doer))
	if err != nil {
		log.Fatal(err)
	}

	server.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Status: http.StatusBadGateway, Scope: sandbox.Protected})
	_, err = api.ListAccountsWithResponse(context.Background())
	if failed, ok := errors.AsType[*apierror.Error](err); ok {
		fmt.Println(failed.Status, errors.Is(err, client.ErrUnavailable))
	}
	// Output: 502 true
}
