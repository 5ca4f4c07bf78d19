package main

import (
	"context"
	"crypto/subtle"

	"github.com/spf13/cobra"
)

func rejectCommand() *cobra.Command {
	var w wishFlags
	cmd := &cobra.Command{
		Use:   "reject SERVICE < TOKEN",
		Short: "Drop a token that the service rejects",
		Long: `Drop a token that the service rejects, so that the next command logs in. It reads the token from standard input, and
drops nothing if another process has a newer one by now.`,
		Example: `  latchkey reject bezala <<< "$BEZALA_TOKEN"`,
		Args:    oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			wish, err := w.wish(cmd, args[0])
			if err != nil {
				return err
			}
			return reject(cmd.Context(), wish)
		},
	}
	w.add(cmd)
	return cmd
}

func reject(ctx context.Context, w wish) error {
	rejected, err := piped(ctx)
	if err != nil {
		return err
	}
	s, err := open(ctx, w, false)
	if err != nil {
		return err
	}
	c, err := stored(s.account, s.store)
	if err != nil {
		return err
	}
	dropped := false
	// Nobody may put a new token there between the look and the deletion. The look tells the record's key.
	look := func() error {
		token, err := c.Token(ctx)
		if down, _ := s.store.faults(); down != nil {
			return unreadable(s.account.Store, down)
		}
		dropped = err == nil && subtle.ConstantTimeCompare([]byte(token.Value()), []byte(rejected)) == 1
		return nil
	}
	if err := look(); err != nil || !dropped {
		return saidWhether(dropped, err)
	}
	unlock, err := s.store.Lock(ctx, s.store.recordKey())
	if err != nil {
		return err
	}
	defer unlock()
	if c, err = stored(s.account, s.store); err != nil {
		return err
	}
	if err := look(); err != nil || !dropped {
		return saidWhether(dropped, err)
	}
	return saidWhether(true, c.Logout(ctx))
}

func saidWhether(dropped bool, err error) error {
	switch {
	case err != nil:
		return err
	case dropped:
		return put("dropped: the next command logs in\n")
	default:
		return put("kept: that is not the current token\n")
	}
}
