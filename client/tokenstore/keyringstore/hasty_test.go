package keyringstore_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// hastyURL is the environment variable that makes this test a program that ends right after its first Token.
const hastyURL = "KEYRINGSTORE_TEST_HASTY"

// A program that ends right after its first Token leaves its record behind: the next run finds it.
func TestP9ProgramThatExitsRightAfterToken(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	if url := os.Getenv(hastyURL); url != "" {
		c, err := client.New(
			formlogin.Password{BaseURL: url, Username: "user@example.com", Password: client.Static("secretpassword")},
			client.WithTokenStore(fastStore(t)),
		)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		os.Exit(0)
	}
	server := sandbox.NewFormLogin(sandbox.Config{})
	defer server.Close()
	for i := range times(3, 100) {
		for range 2 { // two runs, one after the other
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
			cmd.Env = append(os.Environ(), hastyURL+"="+server.URL)
			if output, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
		}
		if n := server.Counts().Logins; n != i+1 {
			t.Fatalf("%d logins in %d times two runs: a record was not found", n, i+1)
		}
		forget(t, server.URL)
	}
}

// forget logs out, so that the next run begins without a record.
func forget(t *testing.T, url string) {
	t.Helper()
	c, err := client.New(
		formlogin.Password{BaseURL: url, Username: "user@example.com", Password: client.Static("secretpassword")},
		client.WithTokenStore(fastStore(t)),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// fastStore returns a store that needs no argon2id, which takes a quarter of a second with the race detector.
func fastStore(t *testing.T) client.TokenStore {
	t.Helper()
	store, err := tokenstore.SealedFast(keyringstore.New(), make([]byte, tokenstore.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return store
}
