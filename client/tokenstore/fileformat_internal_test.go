package tokenstore

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A record comes out of its file as it went in. No file is taken that encodeRecord has not made for this name: what
// follows the right checksum of anything else is not taken either.
func FuzzP10File(f *testing.F) {
	name := strings.Repeat("0123456789abcdef", 4)
	whole := encodeRecord(name, []byte("the record"), time.UnixMilli(1_900_000_000_000))
	f.Add([]byte("the record"), int64(1_900_000_000_000), uint16(0), byte(1))
	f.Add([]byte{}, int64(-1), uint16(8), byte(0x80))
	f.Add(whole, int64(0), uint16(len(fileMagic)), byte(0xff))
	f.Add(whole[:headerSize], int64(1<<63-1), uint16(0), byte(0))
	f.Add([]byte(fileMagic), int64(-1<<63), uint16(30), byte(1))
	f.Fuzz(func(t *testing.T, record []byte, millis int64, at uint16, flip byte) {
		file := encodeRecord(name, record, time.UnixMilli(millis))
		got, expiry, ok := decodeRecord(name, file)
		if fits := len(record) <= maxRecord; ok != fits || ok && (!bytes.Equal(got, record) || expiry.UnixMilli() != millis) {
			t.Errorf("%x until %d: %x until %d, %t", record, millis, got, expiry.UnixMilli(), ok)
		}
		if _, _, ok := decodeRecord(strings.Repeat("0", len(name)), file); ok {
			t.Errorf("%x is taken for another key's", file)
		}
		changed := bytes.Clone(file)
		changed[int(at)%len(file)] ^= flip
		for _, other := range [][]byte{
			changed, file[:int(at)%len(file)], append(bytes.Clone(file), flip), record, append(bytes.Clone(record), checksum(name, record)...),
		} {
			got, expiry, ok := decodeRecord(name, other)
			if ok && !bytes.Equal(encodeRecord(name, got, expiry), other) {
				t.Errorf("%x is taken for %x until %s", other, got, expiry)
			}
		}
		if _, _, ok := decodeRecord(name, changed); ok && flip != 0 {
			t.Errorf("%x is taken, of which a byte is another", changed)
		}
	})
}
