package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/secrets"
)

// A password that is mounted as a file, as Kubernetes and Docker do it. The file is read at each login.
func ExampleFromFile() {
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	dir, err := os.MkdirTemp("", "secret")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "password")
	if err := os.WriteFile(path, []byte("your-password\n"), 0o600); err != nil {
		log.Fatal(err)
	}

	c, err := client.New(bezala.Password{
		BaseURL: server.URL, Email: "user@example.com", Password: secrets.FromFile(path),
	})
	if err != nil {
		log.Fatal(err)
	}
	token, err := c.Token(context.Background())
	fmt.Println(token, err)
	// Output: Bearer [redacted] <nil>
}

// An error says which variable must be set.
func ExampleFromEnv() {
	_, err := secrets.FromEnv("BEZALA_PASSWORD_OF_NOBODY")(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// the variable BEZALA_PASSWORD_OF_NOBODY is not set: it must hold the secret
	// true
}

// A program prints the secret: a password manager, or a tool of a cloud. There is no shell, so nothing needs quotes.
func ExampleFromCommand() {
	login := bezala.Google{
		Email:       "me@corp.example",
		AccessToken: secrets.FromCommand("gcloud", "auth", "print-access-token"),
	}
	account, err := login.Account()
	fmt.Println(account.Service, account.Method, account.Name, err)
	// Output: bezala google me@corp.example <nil>
}
