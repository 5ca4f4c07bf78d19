package seal

import "testing"

// Each derivation takes 19 MiB.
func TestTwoDerivationsAtATime(t *testing.T) {
	if n := cap(derivations); n != 2 {
		t.Errorf("%d at a time; want 2", n)
	}
}
