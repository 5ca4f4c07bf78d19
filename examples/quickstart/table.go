package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// showLogins logs in in each way and calls something that needs the token, to prove that it is one.
func showLogins(ctx context.Context, out io.Writer, logins []login) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "SERVICE\tMETHOD\tACCOUNT\tTOKEN\tEXPIRES\tTIME\tWITH IT")
	for _, l := range logins {
		c, err := client.New(l.way)
		if err != nil {
			return err
		}
		began := time.Now()
		token, err := c.Token(ctx)
		if err != nil {
			return err
		}
		took := time.Since(began)
		proof := "-"
		if l.resource != "" {
			if err := get(ctx, c.HTTPClient(), c.BaseURL()+l.resource); err != nil {
				return err
			}
			proof = "GET " + l.resource + " 200"
		}
		a := c.Account()
		fmt.Fprintf(table, "%s\t%s\t%s\t%s [redacted]\t%s\t%s\t%s\n",
			a.Service, a.Method, shortened(a.Name), token.Type(), expires(token), took.Round(100*time.Microsecond), proof)
	}
	return nil
}

func expires(token client.Token) string {
	expiry, known := token.Expiry()
	if !known {
		return "unknown"
	}
	return "in " + time.Until(expiry).Round(time.Minute).String()
}

func shortened(name string) string {
	const most = 24
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}
