package printing

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// minKey is the length from which on bytes may be a key.
const minKey = 16

// notLookedInto are types whose values may have a secret or such bytes.
var notLookedInto = map[string]string{
	"context.cancelCtx":       "is changed meanwhile by goroutines of net/http",
	"http.Transport":          "is, too",
	"http.Server":             "is, too",
	"httptest.Server":         "is, too",
	"places.Key":              "stands for an account, by a key of the process",
	"digest.Digest":           "stands for a secret, by a key of the process",
	"places.counter":          "has room between its fields",
	"clienttest.memoryRecord": "is sealed",
	"redis.Options":           "belongs to the program's own client of go-redis",
}

// No field holds a secret or a key, however deep it lies: unexported fields, pointers and all. Package fmt calls no
// method of what lies in an unexported field, and other printers follow pointers as well. A key or a secret is in a
// function, of which they print the address.
func TestT6NoFieldHoldsASecretOrAKey(t *testing.T) {
	fields := 0
	for _, set := range secretSets {
		for _, v := range values(t, set) {
			if v.bare {
				continue
			}
			w := walk{secrets: set.all(), seen: map[any]bool{}, found: func(path, what string) {
				t.Errorf("%s: %s", path, what)
			}}
			w.into(reflect.ValueOf(v.v), v.name)
			fields += w.fields
		}
	}
	if fields < 5_000 {
		t.Errorf("only %d fields: this test tells nothing", fields)
	}
	t.Logf("%d fields", fields)
}

// walk looks at all that a value reaches.
type walk struct {
	secrets map[string]string
	found   func(path, what string)
	seen    map[any]bool // pointers
	fields  int
}

func (w *walk) into(v reflect.Value, path string) {
	if !v.IsValid() {
		return
	}
	w.fields++
	if notLookedInto[v.Type().String()] != "" {
		return
	}
	if t := v.Type(); strings.HasPrefix(t.PkgPath(), "crypto/") && !strings.HasPrefix(t.PkgPath(), "crypto/tls") {
		w.found(path, t.String()+" may hold a key")
	}
	switch v.Kind() {
	case reflect.Pointer:
		if at := [2]any{v.Type(), v.Pointer()}; !w.seen[at] {
			w.seen[at] = true
			w.into(v.Elem(), path)
		}
	case reflect.Interface:
		w.into(v.Elem(), path)
	case reflect.Struct:
		w.fieldsOf(v, path)
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			w.into(entry.Key(), path+", a key")
			w.into(entry.Value(), path+", an entry")
		}
	case reflect.Slice, reflect.Array:
		w.elements(v, path)
	case reflect.String:
		w.text(v.String(), path)
	}
}

func (w *walk) fieldsOf(v reflect.Value, path string) {
	for i := range v.NumField() {
		w.into(v.Field(i), path+"."+v.Type().Field(i).Name)
	}
}

func (w *walk) elements(v reflect.Value, path string) {
	if v.Type().Elem().Kind() != reflect.Uint8 {
		for i := range v.Len() {
			w.into(v.Index(i), path+"[]")
		}
		return
	}
	var text strings.Builder
	for i := range v.Len() {
		text.WriteByte(byte(v.Index(i).Uint()))
	}
	w.text(text.String(), path)
	if v.Len() >= minKey {
		w.found(path, fmt.Sprintf("%d bytes, which may be a key", v.Len()))
	}
}

func (w *walk) text(text, path string) {
	for what, secret := range w.secrets {
		if strings.Contains(text, secret) {
			w.found(path, "the "+what)
		}
	}
}
