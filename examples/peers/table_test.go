package peers

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
)

// TestPeers asks each library each question and prints the table. It fails if package client does not answer as it
// promises. The others' answers are theirs.
func TestPeers(t *testing.T) {
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, p := range peers {
		fmt.Fprintf(out, "%s\t%s\t%s\n", p.name, p.module, version(t, p.module))
	}
	out.Flush()
	for _, q := range properties {
		fmt.Fprintf(out, "\n%s\t\n", q.name)
		for _, p := range peers {
			c := q.ask(t, p)
			fmt.Fprintf(out, "  %s\t%v\n", p.name, c)
			if p.name == latchkey.name && c.answer != q.ours {
				t.Errorf("%s: %v, want %s", q.name, c, q.ours)
			}
		}
	}
	out.Flush()
	t.Log("\n" + table.String())
}

// version returns the version of a module in go.mod: a test's build information has none.
func version(t *testing.T, module string) string {
	goMod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(goMod)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == module {
			return strings.Replace(fields[1], "v0.0.0", "this one", 1)
		}
	}
	t.Fatalf("go.mod names no version of %s", module)
	return ""
}
