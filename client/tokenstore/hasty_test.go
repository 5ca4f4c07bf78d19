package tokenstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A program that ends right after its first Token leaves its record behind: the next run finds it.
func TestP9ProgramThatExitsRightAfterToken(t *testing.T) {
	withEach(t, func(t *testing.T, store shared) {
		server := serve(t, sandbox.Config{TokenLifetime: time.Hour})
		password := server.Accounts()[0].Secret
		var accounts []sandbox.Account
		for i := range times(3, 100) {
			accounts = append(accounts, sandbox.Account{Method: "password", Name: fmt.Sprintf("user%d@example.com", i), Secret: password})
		}
		server.SetAccounts(accounts)
		for i, account := range accounts {
			do := store.at(server)
			do.Username, do.Hasty = account.Name, true
			for range 2 { // two runs, one after the other
				run := hire(t, 1, do)
				run.begin(t)
				if err := run[0].cmd.Wait(); err != nil {
					t.Fatal(err)
				}
			}
			if n := server.Counts().Logins; n != i+1 {
				t.Fatalf("%d logins by two runs of each of %d accounts: a record was not found", n, i+1)
			}
		}
	})
}
