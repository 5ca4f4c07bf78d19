package sandbox_test

import (
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A test of a program that reads receipts, which are not in the sandbox's document. The route gets requests with a live
// token, and no others.
func ExampleServer_Handle() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	server.Handle("GET /api/receipts/{id}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"id": %q}`, r.PathValue("id"))
	}))
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	})
	if err != nil {
		log.Fatal(err)
	}

	for _, hc := range []*http.Client{c.HTTPClient(), http.DefaultClient} {
		req, err := http.NewRequest(http.MethodGet, server.URL+"/api/receipts/17", nil)
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Accept", "application/json")
		resp, err := hc.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Println(resp.StatusCode, string(body), err)
	}
	// Output:
	// 200 {"id": "17"} <nil>
	// 401 {"error":"Unauthorized"}
	//  <nil>
}
