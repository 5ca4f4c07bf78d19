package loginkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// intranet is a Login for a back end that asks for a code of a second factor, and keeps sessions by cookie.
type intranet struct {
	baseURL, user string
	password      client.Secret
	code          func() string // such as that of a TOTP
}

func (i intranet) Account() (client.Account, error) {
	return client.Account{Service: "intranet", BaseURL: i.baseURL, Method: "password", Name: i.user}.Canonical()
}

func (i intranet) Secret(ctx context.Context) (string, error) { return i.password(ctx) }

func (i intranet) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	code := i.code()
	body, err := json.Marshal(map[string]string{"user": i.user, "password": secret, "code": code})
	if err != nil {
		return client.Token{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.baseURL+"/session", bytes.NewReader(body))
	if err != nil {
		return client.Token{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	attempt := loginkit.Attempt{Service: "intranet", Method: "password", Secret: secret, MoreSecrets: []string{code}}
	answer, err := attempt.Read(hc.Do(req))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, answer.Unrecognized()
	}
	for _, cookie := range (&http.Response{Header: answer.Header}).Cookies() {
		if cookie.Name == "session" {
			return answer.Token(client.TokenResponse{Value: "session=" + cookie.Value, Header: "Cookie"})
		}
	}
	return answer.Token(client.TokenResponse{}) // an error that says what the answer has
}

// Rejected knows how this back end answers a session that has ended.
func (i intranet) Rejected(status int, header http.Header) bool {
	return status == http.StatusFound && strings.HasPrefix(header.Get("Location"), "/login")
}

// A Login of your own does what no adapter does: here a second factor, and a session by cookie.
func Example() {
	session := 0 // the last one; an earlier one has ended
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		current := fmt.Sprint("session=", session)
		switch {
		case r.URL.Path == "/session":
			session++
			http.SetCookie(w, &http.Cookie{Name: "session", Value: fmt.Sprint(session), HttpOnly: true})
		case r.Header.Get("Cookie") != current:
			http.Redirect(w, r, "/login", http.StatusFound)
		default:
			fmt.Println("served with", current)
		}
	}))
	defer server.Close()
	c, err := client.New(intranet{server.URL, "me", client.Static("pa55word"), func() string { return "123456" }})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL+"/news", nil)
		if err != nil {
			log.Fatal(err)
		}
		resp, err := c.HTTPClient().Do(req)
		if err != nil {
			log.Fatal(err)
		}
		_ = resp.Body.Close()
		session++ // somebody ends it
	}
	// Output:
	// served with session=1
	// served with session=3
}
