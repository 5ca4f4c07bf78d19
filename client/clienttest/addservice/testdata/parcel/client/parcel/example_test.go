package parcel_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/parcel"
	"github.com/latchkey-go/latchkey/client/parcel/parcelapi"
)

// The generated client lists the parcels of a client. A sandbox replaces Parcel.
func ExamplePIN() {
	server := sandbox.NewParcel(sandbox.Config{})
	defer server.Close()

	c, err := client.New(parcel.PIN{
		BaseURL: server.URL, ClientNumber: "10012345", PIN: client.Static("240315"),
	})
	if err != nil {
		log.Fatal(err)
	}
	api, err := parcelapi.NewClientWithResponses(c.BaseURL(), parcelapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	parcels, err := api.ListParcelsWithResponse(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if parcels.JSON200 == nil {
		log.Fatal(parcels.Status())
	}
	for _, p := range *parcels.JSON200 {
		fmt.Println(p.Status)
	}
	// Output: on its way
}
