package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func loginCommand() *cobra.Command {
	w := wishFlags{secret: true}
	cmd := &cobra.Command{
		Use:   "login SERVICE",
		Short: "Log in, and keep the token",
		Long: `Log in, and keep the token for later commands. It asks for the secret at the terminal, without echo. The account
becomes the default of its service.

A secret is not kept, unless it is the token, as with the methods api-key and token. If it comes from env:NAME,
file:PATH or command:…, that place is kept, and later commands log in by themselves when the token has ended; otherwise
they ask. "--secret prompt" asks again. Nothing takes a secret as an argument: other users of the machine can see
arguments.

The token lies in the keyring. It lies in files only if you say --store files, or if there is no keyring at all.`,
		Example: `  latchkey login bezala -u me@corp.example
  latchkey login bezala -u me@corp.example --method google --secret "command:gcloud auth print-access-token"
  pass show bezala | latchkey login bezala -u me@corp.example --secret stdin
  latchkey login becard --base-url https://becard.example -u me@corp.example --store files`,
		Args: oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			wish, err := w.wish(cmd, args[0])
			if err != nil {
				return err
			}
			return logIn(cmd.Context(), wish)
		},
	}
	w.add(cmd)
	return cmd
}

func logIn(ctx context.Context, w wish) error {
	s, err := open(ctx, w, true)
	if err != nil {
		return err
	}
	// A disk that is full or cannot be written shows here, before anybody is asked.
	if err := changeAccounts(ctx, func(list []account) []account { return list }); err != nil {
		return err
	}
	done := working.on(s.account.Service + ": logging in")
	err = s.client.LogIn(ctx)
	done()
	if err != nil {
		return err
	}
	if _, lost := s.store.faults(); lost != nil {
		return fmt.Errorf("%s: logged in, but the token is not kept: %w", s.account.Service, lost)
	}
	leaveOtherStore(ctx, s.account)
	if err := saveAccount(ctx, s.keepable(), true); err != nil {
		return err
	}
	token, err := s.client.Token(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s: logged in", s.account.who())
	return put(text + ", the token lies in " + described(s.account.Store) + " " + untilText(token) + "\n")
}

// leaveOtherStore deletes the account's token from the store where it was before.
func leaveOtherStore(ctx context.Context, a account) {
	saved, err := savedAccounts(ctx)
	if err != nil {
		return
	}
	for _, old := range saved {
		if !old.same(a) || old.Store == a.Store {
			continue
		}
		if err := dropToken(ctx, old); err != nil {
			warn(fmt.Errorf("%s: an older token stays in %s: %w", a.Service, described(old.Store), err))
		}
	}
}

// dropToken deletes the token of an account from its store.
func dropToken(ctx context.Context, a account) error {
	store, err := openStore(a.Store)
	if err != nil {
		return err
	}
	c, err := stored(a, store)
	if err != nil {
		return err
	}
	return c.Logout(ctx)
}

// who names an account, for people.
func (a account) who() string {
	return printable(strings.Join([]string{a.Service, a.Method, a.Values[user], "at", a.Values[baseURL]}, " "))
}
