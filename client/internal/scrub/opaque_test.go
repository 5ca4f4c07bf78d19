package scrub_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

type answer struct {
	scrub.Opaque

	Body string
}

func TestT6OpaquePrintsNothing(t *testing.T) {
	a := answer{Body: "hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{a, &a, []answer{a}, struct{ Answer answer }{a}} {
			if got := fmt.Sprintf(verb, v); !strings.Contains(got, scrub.Redacted) || strings.Contains(got, "hunter2") {
				t.Errorf("%s of %T prints %s", verb, v, got)
			}
		}
	}
	text, err := json.Marshal(map[string]any{"answer": a})
	if want := `{"answer":"[redacted]"}`; string(text) != want || err != nil {
		t.Errorf("as JSON: %s, %v; want %s", text, err, want)
	}
	var raw bytes.Buffer
	if err := gob.NewEncoder(&raw).Encode(a); err != nil || !bytes.Contains(raw.Bytes(), []byte(scrub.Redacted)) {
		t.Errorf("as gob: %q, %v", raw.Bytes(), err)
	}
	if bytes.Contains(raw.Bytes(), []byte("hunter2")) {
		t.Errorf("as gob: %q", raw.Bytes())
	}
}
