package client_test

import (
	"context"
	"expvar"
	"fmt"
	"log"
	"regexp"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// What Clients are up to, as JSON at /debug/vars of the program's own HTTP server.
func ExampleStatus() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	pool, err := client.NewPool(1000)
	if err != nil {
		log.Fatal(err)
	}
	expvar.Publish("latchkey.pool", expvar.Func(func() any { return pool.Status() }))

	login := bezala.Password{BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password")}
	c, err := pool.Client(context.Background(), login)
	if err != nil {
		log.Fatal(err)
	}
	expvar.Publish("latchkey.bezala", expvar.Func(func() any { return c.Status() }))
	if _, err := c.Token(context.Background()); err != nil {
		log.Fatal(err)
	}

	fmt.Println(expvar.Get("latchkey.pool"))
	fmt.Println(regexp.MustCompile(`"20[^"]+"`).ReplaceAllString(expvar.Get("latchkey.bezala").String(), `"<time>"`))
	// Output:
	// {"Clients":1,"LoggingIn":0,"Waiting":0,"Hits":0,"Misses":1,"Evictions":0}
	// {"TokenReceived":"<time>","Logins":1,"SharedWaits":0,"Refreshes":0,"Failures":0,"Replays":0,"RateLimited":0}
}
