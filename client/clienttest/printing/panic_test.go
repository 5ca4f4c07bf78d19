package printing

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// panics is set in the child process that panics.
const panics = "LATCHKEY_TEST_PANICS"

// A panic that nobody recovers from prints errors and what has a method String.
func TestT6PanicPrintsNoSecret(t *testing.T) {
	if os.Getenv(panics) != "" {
		panicWith(values(t, secretSets[0]))
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestT6PanicPrintsNoSecret$")
	cmd.Env = append(os.Environ(), panics+"=1")
	out, err := cmd.CombinedOutput()
	text := string(out)
	if err == nil || !strings.Contains(text, "panic: ") || !strings.Contains(text, "formlogin: ") || !strings.Contains(text, "[redacted]") {
		t.Fatalf("the child did not panic as it should: %v, %s", err, text)
	}
	for what, secret := range secretSets[0].all() {
		for spelling, form := range spellings(secret) {
			if strings.Contains(text, form) {
				t.Errorf("the %s (%s) is in %s", what, spelling, text)
			}
		}
	}
}

// panicWith panics with each value, while it panics with those before.
func panicWith(all []value) {
	var errs []error
	for _, v := range all {
		if err, ok := v.v.(error); ok && !strings.HasPrefix(v.name, "an error of a request") {
			errs = append(errs, err)
		}
	}
	if len(all) > 0 {
		defer panicWith(all[1:])
		panic(all[0].v)
	}
	panic(errors.Join(errs...))
}
