package peers

import (
	"strings"
	"testing"
)

// printed prints a token in the verbs %v and %+v, and looks for what the authority has given.
func printed(t *testing.T, p peer) cell {
	text, err := p.open(t, &world{newAuthority(), new(service)}).print(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return yesNo(strings.Contains(text, "secret0"), "")
}

// shared is a fact of the documentation, which a peer's file names.
func shared(p peer) cell {
	short, detail, _ := strings.Cut(p.shared, ": ")
	return cell{short, detail}
}
