//go:build unix && !darwin

package keyringstore_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
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
