package slogobserver_test

import (
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/slogobserver"
)

// A program that logs what its Client does, and each request.
func Example() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTimes}))

	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithObserver(slogobserver.New(logger)))
	if err != nil {
		log.Fatal(err)
	}
	hc := c.HTTPClient()
	hc.Transport = slogobserver.Transport{Base: hc.Transport, Logger: logger}

	req, err := http.NewRequest(http.MethodGet, c.BaseURL()+"/api/accounts?page=2", nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := hc.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output:
	// level=INFO msg="latchkey: logged in" service=bezala method=password trigger=cold source=network
	// level=INFO msg=request method=GET path=/api/accounts query="page=*" sent.length=0 status=200 received.Content-Type=application/json
	// 200 OK
}

// withoutTimes leaves out what is another each time.
func withoutTimes(groups []string, a slog.Attr) slog.Attr {
	switch {
	case a.Key == slog.TimeKey, a.Key == "took", a.Key == "host", a.Key == "length" && len(groups) > 0 && groups[0] == "received":
		return slog.Attr{}
	default:
		return a
	}
}
