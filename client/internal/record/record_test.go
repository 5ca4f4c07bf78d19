package record_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

func TestRecordComesBackAsItWas(t *testing.T) {
	keys, err := seal.Unbound("account")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []record.Record{
		{},
		{Token: &record.Token{Value: "t", Type: "Bearer", Header: "x-api-key", Extra: map[string]string{"a": "b"}, Written: written, Life: time.Hour, Keep: time.Minute}},
		{Note: &record.Note{Kind: record.Limited, Status: 429, Written: written, Pause: time.Second, By: "me", Met: true, Named: true, InARow: 3}},
	} {
		sealed, err := want.Seal(keys)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := record.Open(sealed, keys); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
}

// The errors of what was sealed by another key, or by this one with another content, hold nothing of the content.
func TestRecordThatCannotBeOpened(t *testing.T) {
	keys, err := seal.Unbound("account")
	if err != nil {
		t.Fatal(err)
	}
	others, err := seal.Unbound("another account")
	if err != nil {
		t.Fatal(err)
	}
	for name, sealed := range map[string][]byte{
		"another account's": others.Seal([]byte(`{"token":{"value":"s3cret-token"}}`)),
		"no JSON":           keys.Seal([]byte(`s3cret-token`)),
		"another shape":     keys.Seal([]byte(`{"token":"s3cret-token"}`)),
		"half a record":     keys.Seal([]byte(`{"token":{"value":"s3cret-token"}`)),
	} {
		got, err := record.Open(sealed, keys)
		if err == nil || got != (record.Record{}) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
