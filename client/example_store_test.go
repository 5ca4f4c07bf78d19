package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// Programs that share a directory share one login. Each must hold the password to find the token.
func ExampleWithTokenStore() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "tokens") // a program would take tokenstore.DefaultDir()
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	program := func() {
		store, err := tokenstore.NewFiles(dir)
		if err != nil {
			log.Fatal(err)
		}
		c, err := client.New(bezala.Password{
			BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
		}, client.WithTokenStore(store), client.WithObserver(client.Observer{StoreTrouble: func(err error) { log.Print(err) }}))
		if err != nil {
			log.Fatal(err)
		}
		if _, err := c.Token(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	for range 3 {
		program()
	}
	fmt.Println("logins:", server.Counts().Logins)
	// Output: logins: 1
}

// A command line tool: "login" drops a token of before, asks for the password and keeps the new token; every other run
// finds it without, until "logout". Its user is the boundary, which it says with WithUnboundRecords.
func ExampleStored() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "tokens")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store, err := tokenstore.NewFiles(dir)
	if err != nil {
		log.Fatal(err)
	}
	open := func(login client.Login) *client.Client {
		c, err := client.New(login, client.WithTokenStore(store), client.WithUnboundRecords())
		if err != nil {
			log.Fatal(err)
		}
		return c
	}
	ctx := context.Background()

	login := func(password client.Secret) client.Account {
		c := open(bezala.Password{BaseURL: server.URL, Email: "user@example.com", Password: password})
		// A unbound Client asks for no password while there is a record, so a wrong one would pass for right.
		if err := c.Logout(ctx); err != nil {
			log.Fatal(err)
		}
		if _, err := c.Token(ctx); err != nil {
			log.Fatal(err)
		}
		return c.Account()
	}
	account := login(client.Static("your-password"))
	login(client.Static("your-password"))
	fmt.Println("logins:", server.Counts().Logins)

	again := open(client.Stored(account))
	_, err = again.Token(ctx)
	fmt.Println("found:", err == nil)

	if err := again.Logout(ctx); err != nil {
		log.Fatal(err)
	}
	_, err = open(client.Stored(account)).Token(ctx)
	fmt.Println("login required:", errors.Is(err, client.ErrLoginRequired))
	// Output:
	// logins: 2
	// found: true
	// login required: true
}
