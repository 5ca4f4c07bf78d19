//go:build unix

package soak_test

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// table returns what happened, in lines.
func (p *player) table() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	p.tableOfCalls(w)
	p.tableOfLogins(w)
	p.tableOfEvents(w)
	_ = w.Flush() // a Builder takes everything
	for who := range survivors {
		if before, after, enough := p.halves(who); enough {
			fmt.Fprintf(&text, "worker %d, first half:  %s\nworker %d, second half: %s\n", who, before, who, after)
		}
	}
	fmt.Fprintf(&text, "%d workers were killed, %d ended without a goroutine left\n", p.book.killed, p.book.left)
	return text.String()
}

func (p *player) tableOfCalls(w *tabwriter.Writer) {
	good := 0
	for _, n := range p.book.good {
		good += n
	}
	fmt.Fprintf(w, "\ncalls\tall\tin calm phases\n%s\t%d\t\n", ok, good)
	outcomes := make([]outcome, 0, len(p.book.bad))
	for o := range p.book.bad {
		outcomes = append(outcomes, o)
	}
	slices.Sort(outcomes)
	for _, o := range outcomes {
		n := 0
		for _, in := range p.book.bad[o] {
			n += in
		}
		fmt.Fprintf(w, "%s\t%d\t%d\n", o, n, p.book.bad[o]["calm"])
	}
	fmt.Fprintf(w, "refused requests\t\t%d of %d\n", p.quiet.faults, p.quiet.requests)
}

func (p *player) tableOfLogins(w *tabwriter.Writer) {
	fmt.Fprint(w, "\nservice\trequests\tlogins\tcomputed\tfailed\tcomputed\t401\t429\n")
	for i, service := range p.services {
		n, b := service.Counts(), boundsOf(p.book.schedule, i)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d to %d\t%d\tup to %d\t%d\t%d\n", serviceNames[i], n.Requests, n.Logins, b.fewest, b.most,
			n.LoginRequests-n.Logins, b.failed, n.Unauthorized, n.RateLimited)
	}
}

func (p *player) tableOfEvents(w *tabwriter.Writer) {
	counts := map[string]int{}
	for _, e := range p.book.schedule.events {
		counts[e.what]++
	}
	fmt.Fprint(w, "\nwhat happened\ttimes\n")
	for _, what := range []string{"stop", "kill", "redis fails", "disk fails", "revoke", "limit", "outage", "hang"} {
		fmt.Fprintf(w, "%s\t%d\n", what, counts[what])
	}
}
