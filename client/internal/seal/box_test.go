package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

func box(t *testing.T, filler byte) seal.Box {
	t.Helper()
	b, err := seal.NewBox(bytes.Repeat([]byte{filler}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestP10SealedOpensWithItsKeyAtItsPlace(t *testing.T) {
	for _, plain := range []string{"", "record"} {
		sealed := box(t, 'k').Seal([]byte(plain), "place")
		if len(sealed) != len(plain)+29 {
			t.Errorf("%q: %d bytes more; want 29", plain, len(sealed)-len(plain))
		}
		if plain != "" && bytes.Contains(sealed, []byte(plain)) {
			t.Errorf("%q can be read: %q", plain, sealed)
		}
		if got, err := box(t, 'k').Open(sealed, "place"); string(got) != plain || err != nil {
			t.Errorf("%q: %q, %v", plain, got, err)
		}
	}
}

// What is changed, opened with another key or taken to another place gives an error, and nothing of what was sealed.
func TestP10NothingElseOpens(t *testing.T) {
	sealed := box(t, 'k').Seal([]byte("record"), "place")
	changed := func(at int) []byte {
		other := bytes.Clone(sealed)
		other[at] ^= 1
		return other
	}
	for name, tt := range map[string]struct {
		key    byte
		place  string
		sealed []byte
		want   error
	}{
		"another key":     {'x', "place", sealed, seal.ErrKey},
		"another place":   {'k', "other", sealed, seal.ErrKey},
		"no place":        {'k', "", sealed, seal.ErrKey},
		"another nonce":   {'k', "place", changed(1), seal.ErrKey},
		"other content":   {'k', "place", changed(len(sealed) - 17), seal.ErrKey},
		"another tag":     {'k', "place", changed(len(sealed) - 1), seal.ErrKey},
		"cut":             {'k', "place", sealed[:len(sealed)-1], seal.ErrKey},
		"longer":          {'k', "place", append(bytes.Clone(sealed), 0), seal.ErrKey},
		"version only":    {'k', "place", sealed[:1], seal.ErrKey},
		"another version": {'k', "place", changed(0), seal.ErrVersion},
		"in the clear":    {'k', "place", []byte(`{"token":"x"}`), seal.ErrVersion},
		"nothing":         {'k', "place", nil, seal.ErrVersion},
	} {
		if got, err := box(t, tt.key).Open(tt.sealed, tt.place); got != nil || !errors.Is(err, tt.want) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
}

func TestBoxNeedsAWholeKey(t *testing.T) {
	for _, size := range []int{0, 16, 24, seal.KeySize - 1, seal.KeySize + 1} {
		_, err := seal.NewBox(make([]byte, size))
		if want := fmt.Sprintf("%d bytes; want 32", size); err == nil || err.Error() != want {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func TestBoxPrintsNoKey(t *testing.T) {
	record := struct{ box seal.Box }{box(t, 'k')}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed := fmt.Sprintf(verb, record)
		for _, key := range []string{"kkkk", "6b6b6b6b", "0x6b, 0x6b", "107 107", "107, 107"} {
			if bytes.Contains([]byte(printed), []byte(key)) {
				t.Errorf("%s prints the key: %s", verb, printed)
			}
		}
	}
}
