package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// ask sends a request with a token, "" for none, and returns status and body.
func ask(t *testing.T, server *sandbox.Server, method, path, token, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := server.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func loggedIn(t *testing.T, server *sandbox.Server) (token string) {
	t.Helper()
	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithTransport(server.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	held, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return held.Value()
}

func TestHandle(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{InProcess: true})
	defer server.Close()
	reached := 0
	server.Handle("/api/receipts/{id}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached++
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, r.Method, " ", r.PathValue("id"), " ", r.URL.RawQuery, " ", string(body))
	}))
	server.Handle("DELETE /api/accounts", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	token := loggedIn(t, server)
	for _, tt := range []struct {
		method, path, token, body string
		status                    int
		answer                    string // a part of it
	}{
		{"GET", "/api/receipts/17?page=2", token, "", 202, "GET 17 page=2 "},
		{"PUT", "/api/receipts/18", token, "cents", 202, "PUT 18  cents"},
		{"GET", "/api/receipts/17", "", "", 401, `{"error":`},
		{"GET", "/api/receipts/17", "a guess", "", 401, `{"error":`},
		{"PUT", "/api/receipts/17", token, strings.Repeat("x", 1<<20+1), 413, ""},
		{"GET", "/api/accounts", token, "", 200, "Travel expenses"}, // the document's
		{"DELETE", "/api/accounts", token, "", 204, ""},
		{"GET", "/api/receipts", token, "", 404, ""},
	} {
		before := reached
		status, answer := ask(t, server, tt.method, tt.path, tt.token, tt.body)
		if status != tt.status || !strings.Contains(answer, tt.answer) {
			t.Errorf("%s %s: %d %.100s; want %d %s", tt.method, tt.path, status, answer, tt.status, tt.answer)
		}
		if (reached > before) != (tt.status == 202) {
			t.Errorf("%s %s, %d: the handler was reached: %t", tt.method, tt.path, tt.status, reached > before)
		}
	}
	server.Revoke(token)
	if status, _ := ask(t, server, "GET", "/api/receipts/17", token, ""); status != 401 {
		t.Errorf("a revoked token: %d", status)
	}
	if n := server.Counts(); n.Unauthorized != 3 || n.Protected != 1 || n.Violations != 1 { // GET /api/receipts is none of its routes
		t.Errorf("%+v", n)
	}
}

// Who does not ask for JSON is led to the login page, as at the routes of the document.
func TestHandleLeadsToTheLoginPage(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{InProcess: true})
	defer server.Close()
	server.Handle("/", http.NotFoundHandler())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/anything", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Transport().RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusFound || resp.Header.Get("Location") != "/users/sign_in" {
		t.Errorf("%v, %v", resp, err)
	}
	// A login is one of the document's.
	if token := loggedIn(t, server); !server.Valid(token) {
		t.Error("a pattern for everything keeps logins out")
	}
}

// An API key opens a route of the user's own, too, and an outage strikes it.
func TestHandleTakesEachCredential(t *testing.T) {
	server := sandbox.NewBleepay(sandbox.Config{InProcess: true})
	defer server.Close()
	server.Handle("GET /api/v1/finance", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "rich") }))
	var key string
	for _, account := range server.Accounts() {
		if account.Method == "api-key" {
			key = account.Secret
		}
	}
	c, err := client.New(bleepay.APIKey{
		BaseURL: server.URL, Name: "shop", Key: client.Static(key),
	}, client.WithTransport(server.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	for status, outage := range map[int]sandbox.Outage{200: {}, 502: {Kind: sandbox.ErrorJSON, Status: 502, Scope: sandbox.Protected}} {
		server.SetOutage(outage)
		resp, err := c.HTTPClient().Get(server.URL + "/api/v1/finance")
		if err != nil || resp.StatusCode != status {
			t.Errorf("%v, %v; want %d", resp, err, status)
		}
	}
	if !server.Valid(key) || server.Valid("bs_another") || server.Valid("") {
		t.Error("Valid does not know the API keys")
	}
}

// A token is valid until it is revoked, expires, or its account loses it.
func TestValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.NewBezala(sandbox.Config{InProcess: true, TokenLifetime: time.Hour})
		defer server.Close()
		ends := map[string]func(token string){
			"Revoke":         server.Revoke,
			"RevokeAll":      func(string) { server.RevokeAll() },
			"SetAccounts":    func(string) { server.SetAccounts([]sandbox.Account{}) },
			"expiry":         func(string) { time.Sleep(time.Hour) },
			"SetClockOffset": func(string) { server.SetClockOffset(time.Hour) },
		}
		for name, end := range ends {
			server.SetAccounts(nil)
			server.SetClockOffset(0)
			token := loggedIn(t, server)
			if !server.Valid(token) || server.Valid(token+"x") || server.Valid("") {
				t.Errorf("before %s: the token is not valid, or another one is", name)
			}
			end(token)
			if status, _ := ask(t, server, "GET", "/api/accounts", token, ""); server.Valid(token) || status != 401 {
				t.Errorf("after %s: valid: %t, HTTP %d", name, server.Valid(token), status)
			}
		}
	})
}

// A pattern that conflicts is a fault in the test that uses it.
func TestHandlePanicsAsAServeMux(t *testing.T) {
	server := sandbox.NewBezala(sandbox.Config{InProcess: true})
	defer server.Close()
	server.Handle("/own", http.NotFoundHandler())
	for _, pattern := range []string{"/own", "", "/{id"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q: no panic", pattern)
				}
			}()
			server.Handle(pattern, http.NotFoundHandler())
		}()
	}
}
