package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// While the service is down, a program gets the page of a proxy instead of the service's own answer. Its error says so.
func ExampleServer_SetOutage() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}

	server.SetOutage(sandbox.Outage{Kind: sandbox.ErrorHTML, Status: http.StatusBadGateway, Scope: sandbox.Logins})
	_, err = c.Token(context.Background())
	fmt.Println("unavailable:", errors.Is(err, client.ErrUnavailable))

	server.SetOutage(sandbox.Outage{}) // the outage is over
	// Token would return the same error for a short pause. LogIn tries at once.
	err = c.LogIn(context.Background())
	fmt.Println("and then:", err)
	// Output:
	// unavailable: true
	// and then: <nil>
}

// bleepay allows 5 logins in 300 s, as its document says. A program that logs in too often hears when it may again.
func ExampleRateLimit() {
	server := sandbox.NewBleepay(sandbox.Config{
		RateLimit: sandbox.RateLimit{Documented: true, Dialect: sandbox.NestJSNamed},
	})
	defer server.Close()
	c, err := client.New(bleepay.EmailPassword{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	for err == nil {
		err = c.LogIn(context.Background())
	}
	fmt.Println(server.Counts().Logins, "logins")
	if limit, ok := errors.AsType[*client.RateLimitError](err); ok {
		fmt.Println("the next in", limit.RetryAfter.Round(time.Second))
	}
	// Output:
	// 5 logins
	// the next in 5m0s
}

// When its token is revoked, this program logs in again, and its request succeeds.
func ExampleServer_Revoke() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	token, err := c.Token(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	server.Revoke(token.Value())

	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	counts := server.Counts()
	fmt.Println(resp.Status)
	fmt.Println("answers 401:", counts.Unauthorized, "logins:", counts.Logins)
	// Output:
	// 200 OK
	// answers 401: 1 logins: 2
}
