package formlogin_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// backEnd is a back end of the examples. It prints what a login sends, and what an API request carries.
func backEnd(header, answer string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Println("API request:", r.Header.Get("Authorization"))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			log.Print(err)
		}
		if id, secret, ok := r.BasicAuth(); ok {
			fmt.Println("HTTP Basic:", id, secret)
		}
		fmt.Println(r.URL.Path, string(body))
		if header != "" {
			w.Header().Set(header, "Bearer t0ken")
		}
		_, _ = io.WriteString(w, answer)
	}))
}

// use sends an API request.
func use(p formlogin.Password) {
	c, err := client.New(p)
	if err != nil {
		log.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, c.BaseURL(), nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	_ = resp.Body.Close()
}

// An OAuth2 server with the password grant wants constant fields, such as grant_type, and the client's own secret. No
// error repeats that.
func ExamplePassword_oauth2() {
	server := backEnd("", `{"access_token":"t0ken","token_type":"Bearer","expires_in":3600}`)
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/oauth/token", Username: "me", Password: client.Static("pa55word"),
		Extra:        map[string]string{"grant_type": "password", "client_id": "app"},
		ExtraSecrets: map[string]client.Secret{"client_secret": client.Static("s3cret")},
	})
	// Output:
	// /oauth/token client_id=app&client_secret=s3cret&grant_type=password&password=pa55word&username=me
	// API request: Bearer t0ken
}

// Most OAuth2 servers want the client's ID and secret by HTTP Basic.
func ExamplePassword_basicAuth() {
	server := backEnd("", `{"access_token":"t0ken","token_type":"Bearer","expires_in":3600}`)
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/oauth/token", Username: "me", Password: client.Static("pa55word"),
		Extra:        map[string]string{"grant_type": "password", "client_id": "app"},
		ExtraSecrets: map[string]client.Secret{"client_secret": client.Static("s3cret")},
		BasicAuth:    true,
	})
	// Output:
	// HTTP Basic: app s3cret
	// /oauth/token grant_type=password&password=pa55word&username=me
	// API request: Bearer t0ken
}

// passport's local strategy and most services with NestJS take JSON. Where the token lies is TokenField.
func ExamplePassword_json() {
	server := backEnd("", `{"data":{"accessToken":"t0ken"}}`)
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/auth/login", Username: "me@example.com", Password: client.Static("pa55word"),
		JSON: true, UsernameField: "email", TokenField: "data.accessToken",
	})
	// Output:
	// /auth/login {"email":"me@example.com","password":"pa55word"}
	// API request: Bearer t0ken
}

// Django REST's own tokens have a scheme of their own. SimpleJWT has TokenField "access", and no TokenType.
func ExamplePassword_djangoREST() {
	server := backEnd("", `{"token":"t0ken"}`)
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/api-token-auth/", Username: "me", Password: client.Static("pa55word"),
		TokenField: "token", TokenType: "Token",
	})
	// Output:
	// /api-token-auth/ password=pa55word&username=me
	// API request: Token t0ken
}

// Spring and devise-jwt answer with the token in a header.
func ExamplePassword_header() {
	server := backEnd("Authorization", "")
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/login", Username: "me", Password: client.Static("pa55word"),
		TokenHeader: "Authorization",
	})
	// Output:
	// /login password=pa55word&username=me
	// API request: Bearer t0ken
}

// Devise wants an object within the JSON.
func ExamplePassword_devise() {
	server := backEnd("Authorization", `{"id":7}`)
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/users/sign_in", Username: "me@example.com", Password: client.Static("pa55word"),
		JSON: true, UsernameField: "user.email", PasswordField: "user.password", TokenHeader: "Authorization",
	})
	// Output:
	// /users/sign_in {"user":{"email":"me@example.com","password":"pa55word"}}
	// API request: Bearer t0ken
}

// Laravel Sanctum's documentation answers with the token alone, as text, and wants to know the device.
func ExamplePassword_sanctum() {
	server := backEnd("", "1|t0ken")
	defer server.Close()
	use(formlogin.Password{
		BaseURL: server.URL, Path: "/sanctum/token", Username: "me@example.com", Password: client.Static("pa55word"),
		UsernameField: "email", Extra: map[string]string{"device_name": "nightly job"}, TokenField: ".",
	})
	// Output:
	// /sanctum/token device_name=nightly+job&email=me%40example.com&password=pa55word
	// API request: Bearer 1|t0ken
}
