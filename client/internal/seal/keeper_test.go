package seal_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

func TestP10KeysAreDerivedOncePerSecret(t *testing.T) {
	k := &seal.Keeper{Name: "account"}
	if _, last := k.Last(); last != (digest.Digest{}) {
		t.Error("there are keys of no secret")
	}
	first, of, err := k.Keys(t.Context(), "secret")
	if err != nil || of != digest.Of("secret") {
		t.Fatal(of, err)
	}
	if again, _, err := k.Keys(t.Context(), "secret"); err != nil || again.Place != first.Place {
		t.Errorf("derived again, %v", err)
	}
	other, _, err := k.Keys(t.Context(), "other")
	if err != nil || other.Place == first.Place {
		t.Errorf("another secret has the same place, %v", err)
	}
	if keys, last := k.Last(); keys.Place != other.Place || last != digest.Of("other") {
		t.Error("the last keys are another secret's")
	}
}

func TestP10UnboundKeysNeedNoSecret(t *testing.T) {
	k := &seal.Keeper{Name: "account", Unbound: true}
	one, of, err := k.Keys(t.Context(), "secret")
	other, _, _ := k.Keys(t.Context(), "other")
	if err != nil || of != (digest.Digest{}) || one.Place != other.Place {
		t.Errorf("%v, and the keys are alike: %t", err, one.Place == other.Place)
	}
}
