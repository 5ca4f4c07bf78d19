package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
)

func logoutCommand() *cobra.Command {
	var w wishFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "logout [SERVICE]",
		Short: "Delete tokens, and forget their accounts",
		Long: `Delete the token of an account, and forget the account. With --all these are all accounts of the service, or all
accounts of all services if none is named. The service is not told: it may know the token for longer. A proxy that runs goes on with
the token that it has.`,
		Example: `  latchkey logout bezala
  latchkey logout bezala -u me@corp.example
  latchkey logout --all`,
		Args: atMostOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all {
				accounts, err := known(cmd.Context(), args)
				if err != nil {
					return err
				}
				return logOut(cmd.Context(), accounts)
			}
			if err := oneService(cmd, args); err != nil {
				return err
			}
			wish, err := w.wish(cmd, args[0])
			if err != nil {
				return err
			}
			saved, err := known(cmd.Context(), args)
			if err != nil {
				return err
			}
			a, err := wish.choose(saved, os.Getenv)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(saved, a.same)
			if i < 0 {
				return usagef("%s: no such account: latchkey list shows them", a.who())
			}
			return logOut(cmd.Context(), saved[i:i+1]) // in the store where its token lies
		},
	}
	w.add(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "all accounts")
	return cmd
}

// logOut logs out of accounts, of as many as it can.
func logOut(ctx context.Context, accounts []account) error {
	var errs []error
	for _, a := range accounts {
		if err := dropToken(ctx, a); err != nil {
			errs = append(errs, fmt.Errorf("%s: the token stays: %w", a.who(), err))
			continue
		}
		errs = append(errs, forgetAccount(ctx, a), put(a.who()+": logged out\n"))
	}
	return errors.Join(errs...)
}
