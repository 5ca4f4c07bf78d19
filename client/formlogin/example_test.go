package formlogin_test

import (
	"context"
	"fmt"
	"log"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
)

// The generated client returns the user who is logged in. A sandbox replaces your back end. Path is the path of its
// login, if that is not /auth/login.
func ExamplePassword() {
	server := sandbox.NewFormLogin(sandbox.Config{LoginPath: "/token"})
	defer server.Close()

	c, err := client.New(formlogin.Password{
		BaseURL:  server.URL,
		Path:     "/token",
		Username: "user@example.com",
		Password: client.Static("secretpassword"),
	})
	if err != nil {
		log.Fatal(err)
	}
	api, err := formloginapi.NewClientWithResponses(c.BaseURL(), formloginapi.WithHTTPClient(c.HTTPClient()))
	if err != nil {
		log.Fatal(err)
	}
	user, err := api.GetCurrentUserWithResponse(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	if user.JSON200 == nil {
		log.Fatal(user.Status())
	}
	fmt.Println((*user.JSON200)["username"])
	// Output: user@example.com
}
