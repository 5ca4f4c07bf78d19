package keyringstore

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// A record comes out of its item as it went in, and no item is taken that encode has not made.
func FuzzP10Item(f *testing.F) {
	const millis = 1_900_000_000_000
	record := []byte("\x00\xff the record")
	whole := encode(record, time.UnixMilli(millis))
	f.Add(record, int64(millis), whole)
	f.Add([]byte{}, int64(-1), version+":-1:")
	f.Add([]byte(whole), int64(1<<63-1), "")
	for _, item := range otherEncodings(record, whole) {
		f.Add(record, int64(-1<<63), item)
	}
	f.Fuzz(func(t *testing.T, record []byte, millis int64, other string) {
		item := encode(record, time.UnixMilli(millis))
		got, expiry, err := decode(item)
		if err != nil || !bytes.Equal(got, record) || expiry.UnixMilli() != millis {
			t.Errorf("%q: %x until %d, %v; want %x until %d", item, got, expiry.UnixMilli(), err, record, millis)
		}
		got, expiry, err = decode(other)
		if err == nil && encode(got, expiry) != other {
			t.Errorf("%q is taken for %x until %s", other, got, expiry)
		}
		if err != nil && other != "" && len(other) > 20 && strings.Contains(err.Error(), other) {
			t.Errorf("the error holds the item: %v", err)
		}
	})
}

// otherEncodings returns an item of a record as another program, or a keyring that changes texts, could write it.
func otherEncodings(record []byte, whole string) map[string]string {
	head, text, _ := strings.Cut(strings.TrimPrefix(whole, version+":"), ":")
	before := version + ":" + head + ":"
	utf16 := strings.Join(strings.Split(whole, ""), "\x00") + "\x00"
	return map[string]string{
		"base64 with padding":        before + base64.StdEncoding.EncodeToString(record),
		"base64 of URLs":             before + base64.RawURLEncoding.EncodeToString(record),
		"base64 in lines":            before + text[:4] + "\r\n" + text[4:],
		"base64 with bits left over": before + text[:len(text)-1] + string(text[len(text)-1]+1),
		"hex":                        before + hex.EncodeToString(record) + "0",
		"as it is":                   before + string(record),
		"a line":                     whole + "\n",
		"UTF-16":                     utf16,
		"base64 of all":              base64.StdEncoding.EncodeToString([]byte(whole)),
		"time with a sign":           version + ":+" + head + ":" + text,
		"time with a zero":           version + ":0" + head + ":" + text,
		"cut":                        whole[:len(whole)-1],
	}
}

// A Client's record is sealed: an item that is decoded, and is not what was put there, does not open.
func TestP10DamagedItemIsNotTaken(t *testing.T) {
	keys, err := seal.Unbound("account")
	if err != nil {
		t.Fatal(err)
	}
	record := keys.Seal([]byte(`{"token":{"value":"stored"}}`))
	whole := encode(record, time.Now())
	items := otherEncodings(record, whole)
	for i := range whole {
		for _, flip := range []byte{1, 2, 0x20, 0x80, 0xff} {
			items[fmt.Sprintf("byte %d, changed by %#x", i, flip)] = whole[:i] + string(whole[i]^flip) + whole[i+1:]
		}
		items[fmt.Sprint("cut at ", i)] = whole[:i]
		items[fmt.Sprint("one more at ", i)] = whole[:i] + "A" + whole[i:]
	}
	text := whole[strings.LastIndex(whole, ":"):]
	for name, item := range items {
		got, _, err := decode(item)
		if err != nil {
			continue
		}
		// The end of a record is in the record, too.
		if _, err := keys.Open(got); err == nil && !strings.HasSuffix(item, text) {
			t.Errorf("%s: %q is taken", name, item)
		}
	}
	if got, _, err := decode(whole); err != nil || !bytes.Equal(got, record) {
		t.Error("the whole item is not read: this test tells nothing")
	}
}
