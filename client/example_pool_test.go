package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
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

// After a restart 20 users come at once, to a service that counts logins by address and allows 5 at a time.
func ExampleWithLoginLimit() {
	users := make([]sandbox.Account, 20)
	for i := range users {
		users[i] = sandbox.Account{Method: "password", Name: fmt.Sprint("user", i), Secret: "your-password"}
	}
	server := sandbox.NewFormLogin(sandbox.Config{Accounts: users})
	defer server.Close()

	limit := client.WithLoginLimit(&client.LoginLimit{AtOnce: 5, ByAddress: true})
	pool, err := client.NewPool(1000, limit)
	if err != nil {
		log.Fatal(err)
	}
	var visits sync.WaitGroup
	for _, user := range users {
		visits.Go(func() {
			c, err := pool.Client(context.Background(), formlogin.Password{
				BaseURL: server.URL, Username: user.Name, Password: client.Static(user.Secret),
			})
			if err != nil {
				log.Fatal(err)
			}
			if _, err := c.Token(context.Background()); err != nil {
				log.Fatal(err)
			}
		})
	}
	visits.Wait()
	fmt.Println(server.Counts().Logins, "logins")
	status, err := json.Marshal(pool.Status())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(status))
	// Output:
	// 20 logins
	// {"Clients":20,"LoggingIn":0,"Waiting":0,"Hits":0,"Misses":20,"Evictions":0}
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
