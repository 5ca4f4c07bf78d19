package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/latchkey-go/latchkey/client"
)

func apiCommand() *cobra.Command {
	w := wishFlags{secret: true}
	var request apiRequest
	cmd := &cobra.Command{
		Use:   "api SERVICE PATH",
		Short: "Send a request with a valid token",
		Long: `Send a request with a valid token, and print the answer's body. It waits out a 429, and sends a request once more that
is answered 401, with a new token. A body from standard input can be sent once only.

The exit code is 3 after a 401 or 403, 6 after a 429, 5 after a 5xx and 1 after another 4xx.`,
		Example: `  latchkey api bezala /api/accounts
  latchkey api bezala /api/things -d '{"name":"taxi"}'
  latchkey api becard /v1/cards -X PATCH -d @card.json -H 'If-Match: "7"'
  generate | latchkey api bezala /api/import -d @- -H 'Content-Type: text/csv'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("name a service and a path, such as: latchkey api bezala /api/accounts")
			}
			return oneService(cmd, args[:1])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			wish, err := w.wish(cmd, args[0])
			if err != nil {
				return err
			}
			request.path, request.hasData = args[1], cmd.Flags().Changed("data")
			return request.send(cmd.Context(), wish)
		},
	}
	w.add(cmd)
	cmd.Flags().StringVarP(&request.method, "request", "X", "", "method (default: GET, or POST if there is a body)")
	cmd.Flags().StringVarP(&request.data, "data", "d", "", "body: text, @FILE, or @- for standard input")
	cmd.Flags().StringArrayVarP(&request.headers, "header", "H", nil, "header, such as 'Accept: text/csv'; can be repeated")
	return cmd
}

// send sends the request and prints the answer.
func (r apiRequest) send(ctx context.Context, w wish) error {
	if r.data == "@-" && w.source == "stdin" {
		return usagef("standard input cannot hold both the secret and the body")
	}
	s, err := open(ctx, w, false)
	if err != nil {
		return err
	}
	req, err := r.request(ctx, s.client.BaseURL())
	if err != nil {
		return err
	}
	token, err := s.token(ctx)
	if err != nil {
		return err
	}
	if err := ownHeaders(req.Header, token); err != nil {
		return err
	}
	done := working.on(s.account.Service + ": waiting for the answer")
	resp, err := s.client.HTTPClient().Do(req)
	done()
	if err != nil {
		return s.unanswered("", err)
	}
	defer resp.Body.Close()
	rejected := s.replace(ctx, req, resp)
	if _, err := io.Copy(os.Stdout, resp.Body); err != nil {
		return s.unanswered("the answer broke off: ", err)
	}
	return cmp.Or(rejected, s.judge(resp))
}

// replace logs in if a token was rejected whose request cannot be sent again: this process is about to end, and the
// next one would find the dead token in the store. The error tells what became of it; nil if that is not the case.
func (s *session) replace(ctx context.Context, req *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusUnauthorized || req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return nil
	}
	defer working.on(s.account.Service + ": waiting for a token")()
	if err := s.client.LogIn(ctx); err != nil {
		return err
	}
	if _, lost := s.store.faults(); lost != nil {
		return fmt.Errorf("%s: the new token is not kept: %w", s.account.Service, lost)
	}
	return coded(exitRefused, "%s: HTTP %s: there is a new token now, but the body can be sent once only: try again",
		s.account.Service, resp.Status)
}

// unanswered returns the error of a request that has no answer, or half of one: the service is unavailable, unless a
// file is at fault, or a reason with a code of its own.
func (s *session) unanswered(what string, err error) error {
	if _, isFile := errors.AsType[*fs.PathError](err); isFile || exitCode(err) != exitOther {
		return fmt.Errorf("%s: %w", s.account.Service, err)
	}
	return coded(exitUnavailable, "%s: %s%w", s.account.Service, what, err)
}

// ownHeaders refuses headers that would replace the token, or that the request's URL decides.
func ownHeaders(header http.Header, token client.Token) error {
	carrier, _ := token.Header()
	for name := range header {
		if slices.Contains([]string{"authorization", "host", strings.ToLower(carrier)}, strings.ToLower(name)) {
			return usagef("--header %s is not for you to set: latchkey sends the account's token to its service", name)
		}
	}
	return nil
}

// judge returns the error of an answer's status.
func (s *session) judge(resp *http.Response) error {
	code := exitOther
	text := fmt.Sprintf("%s: HTTP %s", s.account.Service, resp.Status)
	switch status := resp.StatusCode; {
	case status < 400:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		code = exitRefused
	case status == http.StatusTooManyRequests:
		code = exitRateLimited
		if wait := resp.Header.Get("Retry-After"); wait != "" {
			text += ": try again after " + printable(wait)
		}
	case status >= 500:
		code = exitUnavailable
	}
	return coded(code, "%s", text)
}
