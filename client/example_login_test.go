package client_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// keyLogin exchanges an API key for a token at a service of one's own. It is all that a new service needs: caching,
// retries, timeouts and the rest come with New.
type keyLogin struct {
	baseURL string
	key     client.Secret
}

func (l keyLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: l.baseURL, Method: "key"}.Canonical()
}

func (l keyLogin) Secret(ctx context.Context) (string, error) { return l.key(ctx) }

func (l keyLogin) Login(ctx context.Context, hc *http.Client, key string) (client.Token, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.baseURL+"/session", nil)
	if err != nil {
		return client.Token{}, err
	}
	req.Header.Set("X-API-Key", key)

	// Attempt bounds the answer, and makes the errors that New understands.
	answer, err := loginkit.Attempt{Service: "own", Method: "key", Secret: key}.Read(hc.Do(req))
	if err != nil {
		return client.Token{}, err
	}
	switch {
	case answer.OK():
		return answer.Token(client.TokenResponse{Value: answer.Text("token"), ExpiresIn: answer.Seconds("expires_in")})
	case answer.Status == http.StatusForbidden && answer.Object() != nil:
		return client.Token{}, answer.Failure(client.ErrInvalidCredentials)
	default:
		return client.Token{}, answer.Unrecognized()
	}
}

// A Login of one's own, for a service that this module does not know.
func ExampleLogin() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/session" && r.Header.Get("X-API-Key") == "key-1":
			fmt.Fprint(w, `{"token": "abc"}`)
		case r.Header.Get("Authorization") == "Bearer abc":
			fmt.Fprint(w, "hello")
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()

	c, err := client.New(keyLogin{baseURL: server.URL, key: client.Static("key-1")})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.HTTPClient().Get(c.BaseURL() + "/greeting")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)

	token, err := c.Token(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token) // shows no secret
	// Output:
	// 200 OK
	// Bearer [redacted]
}
