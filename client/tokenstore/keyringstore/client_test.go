//go:build unix && !darwin

package keyringstore_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
	ss "github.com/zalando/go-keyring/secret_service"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// An unlocked keyring shows nothing of token, password and account in a Client's item.
func TestItemOfAClientTellsNothing(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	server := sandbox.NewFormLogin(sandbox.Config{})
	t.Cleanup(server.Close)
	account := server.Accounts()[0]
	newClient := func() *client.Client {
		c, err := client.New(
			formlogin.Password{BaseURL: server.URL, Username: account.Name, Password: client.Static(account.Secret)},
			client.WithTokenStore(keyringstore.New()), client.WithObserver(client.Observer{StoreTrouble: func(err error) { t.Error(err) }}),
		)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	token, err := newClient().Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := newClient().Token(t.Context()); err != nil || !again.Equal(token) {
		t.Errorf("the next run has %v, %v; want the same token", again, err)
	}

	item := onlyItem(t)
	if !strings.Contains(item, "latchkey1:") {
		t.Errorf("this is no item of ours: %s", item)
	}
	for _, secret := range []string{token.Value(), account.Secret, account.Name, server.URL, "formlogin"} {
		for _, form := range []string{
			secret, hex.EncodeToString([]byte(secret)),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			if strings.Contains(item, form) {
				t.Errorf("%q is in the keyring's item %s", form, item)
			}
		}
	}
}

// A Client takes no item in another spelling, or with another character: it costs a login.
func TestP10ChangedItemCostsALogin(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	logins := 0
	start := func() client.Token {
		t.Helper()
		c, err := client.New(ownLogin{&logins}, client.WithTokenStore(keyringstore.New()), client.WithUnboundRecords())
		if err != nil {
			t.Fatal(err)
		}
		token, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	first := start()
	text := onlyItem(t)
	account := regexp.MustCompile(`\b[0-9a-f]{40}\b`).FindString(text)
	whole, err := keyring.Get("latchkey", account)
	if err != nil {
		t.Fatal(err)
	}
	record := whole[strings.LastIndex(whole, ":")+1:]
	for name, item := range map[string]string{
		"empty": "", "padded": whole + "==", "with a line's end": whole + "\r\n", "in lines": strings.Replace(whole, record[:9], record[:9]+"\n", 1),
		"base64 of all": base64.StdEncoding.EncodeToString([]byte(whole)), "hex": strings.Replace(whole, record, hex.EncodeToString([]byte(record)), 1),
		"small letters": strings.ToLower(whole), "cut": whole[:len(whole)-9], "another character": whole[:len(whole)-9] + "-" + whole[len(whole)-8:],
		"another letter": strings.Replace(whole, record[20:30], "AAAAAAAAAA", 1),
	} {
		if err := keyring.Set("latchkey", account, item); err != nil {
			t.Fatal(err)
		}
		before := logins
		if token := start(); token.Equal(first) || logins != before+1 {
			t.Errorf("%s: %q is taken", name, item)
		}
	}
	if err := keyring.Set("latchkey", account, whole); err != nil {
		t.Fatal(err)
	}
	if !start().Equal(first) {
		t.Error("the whole item is not taken: this test tells nothing")
	}
}

// ownLogin is a Login without a service. It counts the logins.
type ownLogin struct{ logins *int }

func (ownLogin) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: "https://own.example", Method: "password", Name: "me"}, nil
}

func (ownLogin) Secret(context.Context) (string, error) { return "secret", nil }

func (o ownLogin) Login(context.Context, *http.Client, string) (client.Token, error) {
	*o.logins++
	return client.NewToken(client.TokenResponse{Value: fmt.Sprint("token-", *o.logins), ExpiresIn: time.Hour})
}

// onlyItem returns all properties of the keyring's one item, and its value, as it is and out of its base64.
func onlyItem(t *testing.T) string {
	t.Helper()
	secrets, err := ss.NewSecretService()
	if err != nil {
		t.Fatal(err)
	}
	talk, err := secrets.OpenSession()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := secrets.SearchItems(secrets.GetLoginCollection(), map[string]string{})
	if err != nil || len(paths) != 1 {
		t.Fatalf("items %v, %v; want one", paths, err)
	}
	var properties map[string]dbus.Variant
	err = secrets.Object("org.freedesktop.secrets", paths[0]).
		Call("org.freedesktop.DBus.Properties.GetAll", 0, "org.freedesktop.Secret.Item").Store(&properties)
	if err != nil || len(properties) == 0 {
		t.Fatalf("properties %v, %v", properties, err)
	}
	value, err := secrets.GetSecret(paths[0], talk.Path())
	if err != nil {
		t.Fatal(err)
	}
	text := string(value.Value)
	raw, err := base64.RawStdEncoding.DecodeString(text[strings.LastIndex(text, ":")+1:])
	if err != nil || len(raw) == 0 {
		t.Fatalf("the value is %q, %v", text, err)
	}
	return fmt.Sprintf("%v %s %s", properties, text, raw)
}
