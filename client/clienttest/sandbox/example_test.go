package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A login with a wrong password, and without the Accept header, is refused and recorded.
func Example() {
	srv := sandbox.NewFormLogin(sandbox.Config{})
	defer srv.Close()

	account := srv.Accounts()[0]
	form := url.Values{"username": {account.Name}, "password": {"a wrong one"}}
	resp, err := http.PostForm(srv.URL+"/auth/login", form)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(resp.Status, " ", string(body))
	fmt.Println(srv.Counts().Refused, "refused")
	for _, violation := range srv.Violations() {
		fmt.Println(violation)
	}
	// Output:
	// 401 Unauthorized {"detail":"Incorrect username or password"}
	// 1 refused
	// formlogin: POST /auth/login: header Accept must name application/json
}
