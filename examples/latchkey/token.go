package main

import "github.com/spf13/cobra"

func tokenCommand() *cobra.Command {
	var form string
	w := wishFlags{secret: true}
	cmd := &cobra.Command{
		Use:   "token SERVICE",
		Short: "Print a valid token",
		Long: `Print a valid token. If there is one already, nobody is asked and nothing is sent. Otherwise it logs in.

A token in the last tenth of its life, and of its last five minutes, is renewed first if its secret needs no prompt. One
command does that for all, once a minute and for at most 5 s; meanwhile the others print the token that is there.`,
		Example: `  latchkey token bezala
  latchkey token bleepay --method api-key --secret file:key.txt
  eval "$(latchkey token bezala --output env)"    # BEZALA_TOKEN, BEZALA_BASE_URL
  latchkey token becard --output json`,
		Args: oneService,
		RunE: func(cmd *cobra.Command, args []string) error { return printToken(cmd, args[0], &w, form) },
	}
	w.add(cmd)
	cmd.Flags().StringVarP(&form, "output", "o", "token", "token, header, json, or env for a POSIX shell")
	completeFrom(cmd, "output", outputs)
	return cmd
}

func headerCommand() *cobra.Command {
	w := wishFlags{secret: true}
	cmd := &cobra.Command{
		Use:   "header SERVICE",
		Short: "Print the header that carries a valid token",
		Long:  `Print the header that carries a valid token, as "token --output header" does.`,
		Example: `  curl -H @<(latchkey header bezala) https://app.bezala.com/api/accounts
  latchkey header bleepay | curl -H @- https://payments.bleepay.com/api/v1/vouchers/`,
		Args: oneService,
		RunE: func(cmd *cobra.Command, args []string) error { return printToken(cmd, args[0], &w, "header") },
	}
	w.add(cmd)
	return cmd
}

func printToken(cmd *cobra.Command, service string, flags *wishFlags, form string) error {
	w, err := flags.wish(cmd, service)
	if err != nil {
		return err
	}
	if err := checkOneOf(form, outputs); err != nil {
		return err
	}
	s, err := open(cmd.Context(), w, false)
	if err != nil {
		return err
	}
	token, err := s.token(cmd.Context())
	if err != nil {
		return err
	}
	text, err := s.tokenText(token, form)
	if err != nil {
		return err
	}
	return put(text)
}
