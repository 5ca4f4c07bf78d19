package bleepay_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// The generated client lists the vouchers of a payment context. A sandbox replaces bleepay; without a BaseURL the login
// goes to bleepay itself, and with bleepay.Sandbox to bleepay's own sandbox.
func ExampleResource() {
	server := sandbox.NewBleepay(sandbox.Config{})
	defer server.Close()

	c, err := client.New(bleepay.Resource{
		BaseURL: server.URL,
		Name:    "till 7",
		Code:    client.Static("A1B2C3"),
	})
	if err != nil {
		log.Fatal(err)
	}
	api, err := bleepayapi.NewClientWithResponses(c.BaseURL(), bleepayapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	vouchers, err := api.ListVouchersWithResponse(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if vouchers.JSON200 == nil {
		log.Fatal(vouchers.Status())
	}
	fmt.Println(len(*vouchers.JSON200), "voucher")
	// Output: 1 voucher
}
