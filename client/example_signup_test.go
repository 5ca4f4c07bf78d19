package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A sign-up needs no token: there is no account yet. The generated client goes over NewHTTPClient, which retries on
// 429 and sends no password in the clear. From then on the account has a Client.
func ExampleNewHTTPClient() {
	server := sandbox.NewBleepay(sandbox.Config{})
	defer server.Close()

	hc, err := client.NewHTTPClient()
	if err != nil {
		log.Fatal(err)
	}
	api, err := bleepayapi.NewClientWithResponses(server.URL, bleepayapi.WithHTTPClient(hc))
	if err != nil {
		log.Fatal(err)
	}
	var body bleepayapi.SignUp
	if err := body.FromSignUpEmailPassword(bleepayapi.SignUpEmailPassword{
		Type: bleepayapi.SignUpEmailPasswordTypeEmailPassword,
		Data: bleepayapi.EmailPassword{Email: "new@example.com", Password: "a-new-password"},
	}); err != nil {
		log.Fatal(err)
	}
	signedUp, err := api.SignUpWithResponse(context.Background(), body)
	if err != nil {
		log.Fatal(err)
	}
	if signedUp.JSON2XX == nil {
		log.Fatal(signedUp.Status())
	}
	fmt.Println("role:", signedUp.JSON2XX.Role)

	c, err := client.New(bleepay.EmailPassword{
		BaseURL: server.URL, Email: "new@example.com", Password: client.Static("a-new-password"),
	})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/v1/vouchers/")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println("vouchers:", resp.Status)
	// Output:
	// role: USER
	// vouchers: 200 OK
}
