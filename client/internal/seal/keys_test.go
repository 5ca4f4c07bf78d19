package seal_test

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// Records that are in stores already are found and opened: no release may change their places, keys or form.
func TestP10RecordsStay(t *testing.T) {
	for name, tt := range map[string]struct {
		derive        func() (seal.Keys, error)
		place, sealed string
	}{
		"bound": {
			func() (seal.Keys, error) { return seal.Bound(t.Context(), "account", "secret") },
			"c064d5c72c1d07687f6b2b4ae7e789637ea56207",
			"012aea2de11108ecb0978658a40fdb82c8f293ff8076d557633c2fe43e0617fda02340",
		},
		"fast": {
			func() (seal.Keys, error) { return seal.Fast("account", "secret") },
			"1169a6ccc2355ea63b55ded04dfe4dc84ace98e2",
			"0127e43c51b43ecb55e7de979a6dcb7c4f39eb5aa37a71bbb6267081649f5d4c95c455",
		},
		"unbound": {
			func() (seal.Keys, error) { return seal.Unbound("account") },
			"98d74ed185b5a3b6819d66ed16039636f8bb8805",
			"01bb905feabfc7230c60f9b22b1bdc47dc768a71039b8462375c4dd9daad49234c8e2a",
		},
	} {
		keys, err := tt.derive()
		if err != nil || keys.Place != tt.place {
			t.Errorf("%s: %q, %v; want %q", name, keys.Place, err, tt.place)
		}
		sealed, err := hex.DecodeString(tt.sealed)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := keys.Open(sealed); string(got) != "record" || err != nil {
			t.Errorf("%s: an old record is %q, %v", name, got, err)
		}
	}
}

// Another account, another secret and another way to derive have another place and another key. A name and a secret
// are not taken for another name and secret that give the same letters in a row.
func TestP10KeysAreOfOneAccountSecretAndWay(t *testing.T) {
	places := map[string]string{}
	var all []seal.Keys
	add := func(of string, keys seal.Keys, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := places[keys.Place]; taken {
			t.Errorf("%s has the place of %s", of, other)
		}
		for _, other := range all {
			other.Place = keys.Place // as if somebody had moved the record
			if _, err := other.Open(keys.Seal([]byte("record"))); !errors.Is(err, seal.ErrKey) {
				t.Errorf("%s: another key opens it: %v", of, err)
			}
		}
		places[keys.Place], all = of, append(all, keys)
	}
	for _, a := range [][2]string{{"account", "secret"}, {"account", "secre"}, {"accounts", "ecret"}, {"account", ""}} {
		bound, err := seal.Bound(t.Context(), a[0], a[1])
		add("bound "+a[0]+" "+a[1], bound, err)
		fast, err := seal.Fast(a[0], a[1])
		add("fast "+a[0]+" "+a[1], fast, err)
	}
	for _, name := range []string{"account", "accounts"} {
		unbound, err := seal.Unbound(name)
		add("unbound "+name, unbound, err)
	}
}

type deriver struct {
	keys seal.Keys
	err  error
}

func (d deriver) BoundKeys(context.Context, string, string) (seal.Keys, error) { return d.keys, d.err }

func TestP10StoreMayDeriveItself(t *testing.T) {
	own, err := seal.Fast("account", "the store's own")
	if err != nil {
		t.Fatal(err)
	}
	k := &seal.Keeper{Name: "account", Store: deriver{keys: own}}
	if got, _, err := k.Keys(t.Context(), "secret"); got.Place != own.Place || err != nil {
		t.Errorf("%q, %v; want the store's own keys", got.Place, err)
	}
}

// A derivation that failed is tried again.
func TestP10FailedDerivationIsNotKept(t *testing.T) {
	failure := errors.New("failure")
	k := &seal.Keeper{Name: "account", Store: deriver{err: failure}}
	if got, _, err := k.Keys(t.Context(), "secret"); got.Place != "" || !errors.Is(err, failure) {
		t.Errorf("%q, %v; want the store's error", got.Place, err)
	}
	k.Store = nil
	if got, _, err := k.Keys(t.Context(), "secret"); got.Place == "" || err != nil {
		t.Errorf("%q, %v; want keys", got.Place, err)
	}
}
