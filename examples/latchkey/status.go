package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/latchkey-go/latchkey/client"
)

// state is what status tells about an account. Times are in RFC 3339 and UTC.
type state struct {
	Service string `json:"service"`
	Method  string `json:"method"`
	Account string `json:"account"`
	BaseURL string `json:"base_url"`
	Secret  string `json:"secret"` // where it comes from
	Store   string `json:"store"`
	Token   string `json:"token"`   // valid, none, or unknown if the store cannot be read
	Expires string `json:"expires"` // "": unknown
	Logins  string `json:"logins"`  // what keeps logins off; "": nothing
	Until   string `json:"until"`   // its end
	Error   string `json:"error"`   // why the store cannot be read
}

func statusCommand() *cobra.Command {
	var form string
	cmd := &cobra.Command{
		Use:   "status [SERVICE]",
		Short: "Show who is logged in, where the token lies, until when",
		Long: `Show the accounts, where their tokens lie, until when they serve (in UTC), and what keeps logins off. It sends
nothing. The exit code is 5 if a store cannot be read.`,
		Example: `  latchkey status
  latchkey status bezala --output json`,
		Args: atMostOneService,
		RunE: func(cmd *cobra.Command, args []string) error { return status(cmd.Context(), args, form) },
	}
	outputFlag(cmd, &form)
	return cmd
}

func listCommand() *cobra.Command {
	var form string
	cmd := &cobra.Command{
		Use:     "list [SERVICE]",
		Short:   "List the accounts",
		Long:    `List the accounts that have logged in, the default of each service first. It does not look at their tokens.`,
		Example: `  latchkey list`,
		Args:    atMostOneService,
		RunE:    func(cmd *cobra.Command, args []string) error { return list(cmd.Context(), args, form) },
	}
	outputFlag(cmd, &form)
	return cmd
}

func outputFlag(cmd *cobra.Command, form *string) {
	cmd.Flags().StringVarP(form, "output", "o", "text", "text or json")
	completeFrom(cmd, "output", []string{"text", "json"})
	cmd.ValidArgsFunction = completeService
}

func atMostOneService(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return oneService(cmd, args)
}

func list(ctx context.Context, args []string, form string) error {
	accounts, err := known(ctx, args)
	if err != nil {
		return err
	}
	states := []state{}
	for _, a := range accounts {
		states = append(states, a.described())
	}
	return printStates(states, form, []string{"SERVICE", "METHOD", "ACCOUNT", "BASE URL", "SECRET", "STORE"}, func(s state) []string {
		return []string{s.Service, s.Method, s.Account, s.BaseURL, s.Secret, s.Store}
	})
}

func status(ctx context.Context, args []string, form string) error {
	accounts, err := known(ctx, args)
	if err != nil {
		return err
	}
	states, unread := []state{}, error(nil)
	for _, a := range accounts {
		s, err := a.state(ctx)
		states, unread = append(states, s), cmp.Or(unread, err)
	}
	columns := []string{"SERVICE", "METHOD", "ACCOUNT", "STORE", "TOKEN", "UNTIL", "LOGINS"}
	err = printStates(states, form, columns, func(s state) []string {
		until := s.Expires
		if s.Token == "valid" {
			until = cmp.Or(until, "unknown")
		}
		return []string{
			s.Service, s.Method, s.Account, s.Store, s.Token, until, strings.TrimSpace(s.Logins + " " + s.Until),
		}
	})
	if unread != nil && exitCode(unread) == exitOther {
		unread = coded(exitUnavailable, "%w", unread)
	}
	return cmp.Or(err, unread)
}

// known returns the saved accounts, of one service if one is named.
func known(ctx context.Context, args []string) ([]account, error) {
	saved, err := savedAccounts(ctx)
	if errors.Is(err, client.ErrRecordUnreadable) {
		return nil, fmt.Errorf("the list of accounts cannot be read, and the next login makes a new one: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("the list of accounts cannot be read: %w", err)
	}
	var list []account
	for _, a := range saved {
		if len(args) == 0 || a.Service == args[0] {
			list = append(list, a)
		}
	}
	if len(list) == 0 && len(args) > 0 {
		return nil, coded(exitLoginRequired, "%s: login required: latchkey login %s", args[0], args[0])
	}
	return list, nil
}

func (a account) described() state {
	return state{
		Service: a.Service, Method: a.Method, Account: a.Values[user], BaseURL: a.Values[baseURL],
		Secret: cmp.Or(a.Source, fromPrompt), Store: a.Store,
	}
}

// state looks at an account's token. The error is that of its store.
func (a account) state(ctx context.Context) (state, error) {
	s := a.described()
	inner, err := openStore(a.Store)
	if err != nil {
		s.Token, s.Error = "unknown", oneLine(err)
		return s, err
	}
	store := &watched{TokenStore: inner}
	c, err := stored(a, store)
	if err != nil {
		s.Token, s.Error = "unknown", oneLine(err)
		return s, err
	}
	token, err := c.Token(ctx)
	if down, _ := store.faults(); down != nil {
		down = fmt.Errorf("%s: %w", a.Service, unreadable(a.Store, down))
		s.Token, s.Error = "unknown", oneLine(down)
		return s, down
	}
	s.Token = "none"
	if err == nil {
		s.Token = "valid"
		if expiry, ok := token.Expiry(); ok {
			s.Expires = rfc3339(expiry)
		}
	}
	s.pauses(ctx, a, c, err)
	return s, nil
}

// pauses tells what keeps logins off.
func (s *state) pauses(ctx context.Context, a account, c *client.Client, err error) {
	now := c.Status()
	limit, limited := errors.AsType[*client.RateLimitError](err)
	var refused *refusal
	if dir, err := files(stateDir()); err == nil {
		refused = refusals{dir, a.refusalKey()}.last(ctx)
	}
	switch {
	case limited && limit.RetryAfter > 0:
		s.Logins, s.Until = "rate limited until", rfc3339(now.RateLimitedUntil)
	case !now.RefusedUntil.IsZero():
		s.Logins, s.Until = "refused until", rfc3339(now.RefusedUntil)
	case !now.FailingUntil.IsZero():
		s.Logins, s.Until = "failing until", rfc3339(now.FailingUntil)
	case refused.on():
		s.Logins, s.Until = "refused until", rfc3339(refused.until())
	}
}

// untilText tells until when a token serves.
func untilText(token client.Token) string {
	if expiry, known := token.Expiry(); known {
		return "and serves until " + rfc3339(expiry)
	}
	return "and serves until it is rejected"
}

func printStates(states []state, form string, columns []string, row func(state) []string) error {
	if err := checkOneOf(form, []string{"text", "json"}); err != nil {
		return err
	}
	if form == "json" {
		text, err := asJSON(states)
		if err != nil {
			return err
		}
		return put(text)
	}
	if len(states) == 0 {
		return put("no accounts: latchkey login SERVICE\n")
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(columns, "\t"))
	for _, s := range states {
		cells := row(s)
		for i := range cells {
			cells[i] = cmp.Or(printable(cells[i]), "-")
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}
