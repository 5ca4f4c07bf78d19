package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// row is the result of one half. The service counts; times and failures come from the workers.
type row struct {
	title       string
	workers     int
	requests    int // requests answered 200
	logins      int
	rateLimited int
	firstToken  []time.Duration // times until each worker's first token, sorted; never if it had none
	failed      int
	lastError   string
}

const never = time.Duration(math.MaxInt64)

func newRow(title string, n sandbox.Counts, results []result) row {
	r := row{title: title, workers: len(results), requests: n.Protected, logins: n.Logins, rateLimited: n.RateLimited}
	for _, worker := range results {
		if worker.FirstToken == 0 {
			worker.FirstToken = never
		}
		r.firstToken = append(r.firstToken, worker.FirstToken)
		r.failed += worker.Failed
		if worker.LastError != "" {
			r.lastError = worker.LastError
		}
	}
	slices.Sort(r.firstToken)
	return r
}

// percentile returns the time within which p percent of the workers had a token.
func (r row) percentile(p int) time.Duration {
	rank := (len(r.firstToken)*p + 99) / 100
	return r.firstToken[max(rank, 1)-1]
}

// verdict is an error unless every worker had a token and every call was answered.
func (r row) verdict() error {
	switch {
	case r.failed > 0:
		return fmt.Errorf("%s: %d calls failed, such as: %s", r.title, r.failed, r.lastError)
	case r.percentile(100) == never:
		return fmt.Errorf("%s: not every worker had a token in time", r.title)
	}
	return nil
}

func printTable(out io.Writer, rows ...row) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tWORKERS\tREQUESTS\tLOGINS\t429s\tFAILED\tFIRST TOKEN p50\tp99\t")
	for _, r := range rows {
		fmt.Fprintf(table, "%-20s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t\n",
			r.title, r.workers, r.requests, r.logins, r.rateLimited, r.failed,
			shown(r.percentile(50)), shown(r.percentile(99)))
	}
	table.Flush()
	if slices.ContainsFunc(rows, func(r row) bool { return r.percentile(99) == never }) {
		fmt.Fprintln(out, "\nnever: a worker had no token when time was up: it was still waiting out a 429.")
	}
}

func shown(d time.Duration) string {
	if d == never {
		return "never"
	}
	return d.Round(time.Millisecond).String()
}
