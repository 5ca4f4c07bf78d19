package seal

import (
	"context"
	"errors"
	"testing"
)

// Each derivation takes 19 MiB. One that has to wait for others obeys its context.
func TestTwoDerivationsAtATime(t *testing.T) {
	if n := cap(derivations); n != 2 {
		t.Errorf("%d at a time; want 2", n)
	}
	derivations <- struct{}{}
	derivations <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if keys, err := Bound(ctx, "account", "secret"); keys.Place != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v; want the context's error", keys.Place, err)
	}
	<-derivations
	<-derivations
	if _, err := Bound(t.Context(), "account", "secret"); err != nil || len(derivations) != 0 {
		t.Errorf("%v, and %d derivations hold their place", err, len(derivations))
	}
}
