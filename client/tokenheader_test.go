package client_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

// keyed returns a Client whose token goes alone into X-Api-Key, at a server that tells what it got.
func keyed(t *testing.T, got *[]http.Header, opts ...client.Option) (*client.Client, *httptest.Server) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*got = append(*got, r.Header.Clone())
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	}))
	t.Cleanup(srv.Close)
	login := fakeLogin{
		account: client.Account{Service: "own", BaseURL: srv.URL, Method: "key", Name: "me"},
		secret:  client.Static("the-key"),
		login: func(context.Context, *http.Client, string) (client.Token, error) {
			return client.NewToken(client.TokenResponse{Value: "the-key", Header: "x-api-key"})
		},
	}
	return newClient(t, login, opts...), srv
}

// A header that net/http sets itself, or that is none, would be sent without the token, or not at all.
func TestT1HeadersThatCarryNoToken(t *testing.T) {
	for _, name := range []string{
		"Host", "content-length", "Transfer-Encoding", "TRAILER", "Connection", "Upgrade", "te", "Expect", "accept",
		"Accept-Encoding", "user-agent", "Content-Type", "Proxy-Authorization", "X:Key", "a(b)", "a b", "é", "a\n",
	} {
		if _, err := client.NewToken(client.TokenResponse{Value: "t", Header: name}); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
	for _, name := range []string{"", "x-api-key", "Cookie", "Authorization", "X_Key", "X.Key"} {
		if _, err := client.NewToken(client.TokenResponse{Value: "t", Header: name}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	token, err := client.NewToken(client.TokenResponse{Value: "t", Type: " Bearer "})
	if err != nil || token.Type() != "Bearer" {
		t.Errorf("%q, %v", token.Type(), err)
	}
}

func TestT1TokenGoesIntoItsOwnHeader(t *testing.T) {
	var got []http.Header
	c, srv := keyed(t, &got)
	get(t, c, "/x")
	if got[0].Get("X-Api-Key") != "the-key" || got[0].Get("Authorization") != "" {
		t.Errorf("the service got %v", got[0])
	}

	// Another origin gets none, not even by way of a redirect.
	var elsewhere []http.Header
	_, other := keyed(t, &elsewhere)
	for _, url := range []string{other.URL + "/x", srv.URL + "/x?to=" + other.URL + "/y"} {
		resp, err := fetch(t.Context(), c.HTTPClient(), url)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
	}
	if len(elsewhere) != 2 || elsewhere[0].Get("X-Api-Key") != "" || elsewhere[1].Get("X-Api-Key") != "" {
		t.Errorf("another origin got %v", elsewhere)
	}
}

// A caller's own key is left alone, however its header is spelt, and so is an Authorization.
func TestT1CallersOwnTokenHeaderIsLeftAlone(t *testing.T) {
	for name, value := range map[string]string{
		"X-Api-Key": "mine", "x-api-key": "mine", "X-API-KEY": "mine", "Authorization": "Bearer mine",
	} {
		var got []http.Header
		c, srv := keyed(t, &got)
		req := newRequest(t, http.MethodGet, srv.URL+"/x", nil)
		req.Header[name] = []string{value}
		resp, err := c.HTTPClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if sent := got[0].Values(name); len(sent) != 1 || sent[0] != value || strings.Contains(fmt.Sprint(got[0]), "the-key") {
			t.Errorf("with %s of the caller's own the service got %v", name, got[0])
		}
	}
}

func TestP9StoreKeepsTheTokensHeader(t *testing.T) {
	store := &clienttest.MemoryStore{}
	var got []http.Header
	c, _ := keyed(t, &got, client.WithTokenStore(store), client.WithUnboundRecords())
	get(t, c, "/x")
	again := newClient(t, client.Stored(c.Account()), client.WithTokenStore(store), client.WithUnboundRecords())
	get(t, again, "/x")
	if got[1].Get("X-Api-Key") != "the-key" || got[1].Get("Authorization") != "" {
		t.Errorf("with the stored token the service got %v", got[1])
	}
}

func TestTokenKnowsItsHeader(t *testing.T) {
	for name, tt := range map[string]struct {
		response         client.TokenResponse
		name, value, typ string
	}{
		"bearer":  {client.TokenResponse{Value: "v", Type: "bearer"}, "Authorization", "Bearer v", "Bearer"},
		"type":    {client.TokenResponse{Value: "v", Type: "Token"}, "Authorization", "Token v", "Token"},
		"key":     {client.TokenResponse{Value: "v", Header: "x-api-key"}, "X-Api-Key", "v", ""},
		"no type": {client.TokenResponse{Value: "v", Header: "Authorization"}, "Authorization", "v", ""},
	} {
		token, err := client.NewToken(tt.response)
		if err != nil {
			t.Fatal(err)
		}
		if header, value := token.Header(); header != tt.name || value != tt.value {
			t.Errorf("%s: %s: %s", name, header, value)
		}
		if typ := token.Type(); typ != tt.typ || !strings.HasPrefix(token.String(), cmp.Or(typ, tt.name)+" [redacted]") {
			t.Errorf("%s: the type is %q, and it prints as %s", name, typ, token)
		}
	}
	if name, value := (client.Token{}).Header(); name != "" || value != "" {
		t.Errorf("no token goes into %q: %q", name, value)
	}
	for _, name := range []string{"x api key", "x\r\nkey", "schlüssel"} {
		if _, err := client.NewToken(client.TokenResponse{Value: "v", Header: name}); err == nil {
			t.Errorf("the header %q was taken", name)
		}
	}
}

// Package oauth2 would send the key as a bearer token.
func TestOAuth2SourceHasNoTokenOfAnotherHeader(t *testing.T) {
	var got []http.Header
	c, _ := keyed(t, &got)
	_, err := oauth2source.New(t.Context(), c).Token()
	wantErr(t, err, client.ErrInvalidInput)
}
