package client_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A service that has its files on a host of its own. Requests there carry the token because the program names that
// host; those to any other host do not.
func ExampleWithOrigins() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	isAuthorised := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("Authorization") != "")
	})
	files, elsewhere := httptest.NewServer(isAuthorised), httptest.NewServer(isAuthorised)
	defer files.Close()
	defer elsewhere.Close()

	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithOrigins(files.URL))
	if err != nil {
		log.Fatal(err)
	}
	authorised := func(baseURL string) string {
		resp, err := c.HTTPClient().Get(baseURL + "/receipt.pdf")
		if err != nil {
			log.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			log.Fatal(err)
		}
		return string(answer)
	}
	fmt.Println("files:", authorised(files.URL))
	fmt.Println("elsewhere:", authorised(elsewhere.URL))
	// Output:
	// files: true
	// elsewhere: false
}
