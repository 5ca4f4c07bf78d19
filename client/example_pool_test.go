package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A server that logs in on behalf of its users. Whoever brings the right password finds the Client that is logged
// in; whoever brings another one does not.
func ExamplePool() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	pool, err := client.NewPool(1000)
	if err != nil {
		log.Fatal(err)
	}

	visit := func(password string) {
		c, err := pool.Client(context.Background(), bezala.Password{
			BaseURL: server.URL, Email: "user@example.com", Password: client.Static(password),
		})
		if err != nil {
			log.Fatal(err)
		}
		_, err = c.Token(context.Background())
		fmt.Println("refused:", errors.Is(err, client.ErrInvalidCredentials))
	}
	visit("your-password")
	visit("your-password")
	visit("a-guess")
	fmt.Println("logins:", server.Counts().Logins)
	// Output:
	// refused: false
	// refused: false
	// refused: true
	// logins: 1
}

// A token that is held already, in a file. After a 401 the file is read again.
func ExampleLogin_bearer() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	file, err := writeToken(server) // such as an administrator hands out
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file)

	c, err := client.New(bearer.Token{
		Service: "bezala", BaseURL: server.URL,
		Token: func(context.Context) (string, error) {
			token, err := os.ReadFile(file)
			return strings.TrimSpace(string(token)), err
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output: 200 OK
}

func writeToken(server *sandbox.Server) (file string, err error) {
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		return "", err
	}
	token, err := c.Token(context.Background())
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp("", "token")
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintln(f, token.Value())
	return f.Name(), errors.Join(err, f.Close())
}
