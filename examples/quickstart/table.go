package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// showLogins logs in in each way and makes a request with the token, to prove that it works. If a way fails, its row
// shows the error, and the other ways go on. showLogins returns all errors joined.
func showLogins(ctx context.Context, out io.Writer, logins []login) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "SERVICE\tMETHOD\tACCOUNT\tTOKEN\tEXPIRES\tTIME\tWITH IT")
	var errs []error
	for _, l := range logins {
		r, err := try(ctx, l)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.outcome = err.Error()
		}
		r.print(table)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// row is the result of one login. A field is "" if the login did not get so far.
type row struct {
	account              client.Account
	token, expires, time string
	outcome              string // result of the request with the token, or an error
}

func (r row) print(table io.Writer) {
	cells := []string{r.account.Service, r.account.Method, shortened(r.account.Name), r.token, r.expires, r.time, r.outcome}
	for i, cell := range cells {
		cells[i] = cmp.Or(cell, "-")
	}
	fmt.Fprintln(table, strings.Join(cells, "\t"))
}

// try logs in and makes the request. If something fails, the row has what came before.
func try(ctx context.Context, l login) (row, error) {
	c, err := client.New(l.way)
	if err != nil {
		return row{}, err
	}
	r := row{account: c.Account()}
	began := time.Now()
	token, err := c.Token(ctx)
	r.time = time.Since(began).Round(100 * time.Microsecond).String()
	if err != nil {
		return r, err
	}
	r.token, _, _ = strings.Cut(token.String(), " until ")
	r.expires = expires(token)
	if l.resource != "" {
		if err := get(ctx, c.HTTPClient(), c.BaseURL()+l.resource); err != nil {
			return r, err
		}
		r.outcome = "GET " + l.resource + " 200"
	}
	return r, nil
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

// counted returns a number below a million and what it counts, such as "1 login" or "2,000 logins".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	if n < 1000 {
		return fmt.Sprintf("%d %s", n, what)
	}
	return fmt.Sprintf("%d,%03d %s", n/1000, n%1000, what)
}
