package client

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/record"
	"github.com/latchkey-go/latchkey/client/internal/seal"
)

// A token comes out of a record as it went in, and no record of which a byte is changed, missing or added is taken.
func FuzzP10Record(f *testing.F) {
	keys, err := seal.Unbound(derivedAccount.quoted())
	if err != nil {
		f.Fatal(err)
	}
	const hour = int64(time.Hour)
	f.Add("token", "", "", "7", hour, int64(0), int64(0), uint16(0), byte(1))
	f.Add("token", "", "", "", hour, int64(0), int64(0), uint16(22), byte(1)) // within the value, but for the sealing
	f.Add("eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln", "JWT", "", "", int64(0), hour, 2*hour, uint16(1), byte(0x80))
	f.Add("<&>\u007e\"\\", "Token", "X-Api-Key", "<bücher>\u2028 🔑", 24*hour, 23*hour, int64(0), uint16(40), byte(255))
	f.Add("token", "bearer", "Cookie", "\xff\xc3", int64(1<<62), int64(0), int64(0), uint16(1000), byte(2))
	f.Add("token", "", "", "", int64(1<<63-1), int64(0), int64(0), uint16(0), byte(1))
	f.Add("token", "", "", "", hour, -hour, int64(1), uint16(13), byte(0))
	f.Fuzz(func(t *testing.T, value, typ, header, extra string, life, age, maxAge int64, at uint16, flip byte) {
		const century = 100 * 365 * 24 * time.Hour
		now := time.Date(2030, 1, 2, 3, 4, 5, 6, time.UTC)
		if time.Duration(age).Abs() > century {
			return
		}
		put, err := NewToken(TokenResponse{
			Value: value, Type: typ, Header: header, Extra: map[string]string{"extra": extra},
			ExpiresIn: time.Duration(life), Received: now.Add(-time.Duration(age)),
		})
		if err != nil {
			return
		}
		r, ttl := recordOf(put, time.Duration(maxAge), now, time.Second)
		if ttl <= 0 || r.Token.Keep < ttl && age >= 0 {
			t.Fatalf("kept for %s, and by the record for %s", ttl, r.Token.Keep)
		}
		sealed, err := r.Seal(keys)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := record.Open(sealed, keys)
		if err != nil {
			t.Fatal(err)
		}
		got, trusted, ok := tokenOf(opened.Token, now)
		if over := life > 0 && age >= life; ok == over {
			t.Fatalf("taken: %t, of a life of %s after %s", ok, time.Duration(life), time.Duration(age))
		}
		if ok {
			if !trusted && age >= 0 {
				t.Errorf("the age of %s is not trusted, though the record is for %s", time.Duration(age), r.Token.Keep)
			}
			wantSame(t, got, put, trusted && age >= 0)
		}

		changed := slices.Clone(sealed)
		changed[int(at)%len(sealed)] ^= flip
		for _, other := range [][]byte{changed, sealed[:int(at)%len(sealed)], append(sealed, flip)} {
			if _, err := record.Open(other, keys); err == nil && !slices.Equal(other, sealed) {
				t.Errorf("%x is taken for %x", other, sealed)
			}
		}
	})
}

// wantSame wants a token out of a record to be the one that was put there, with the same times if its age is known.
func wantSame(t *testing.T, got, put Token, aged bool) {
	t.Helper()
	g, p := got.secrets(), put.secrets()
	if g.line != p.line || g.start != p.start || g.header != p.header || !maps.Equal(g.extra, p.extra) {
		t.Errorf("%+v out of the record of %+v", g, p)
	}
	if !got.expiry.IsZero() != !put.expiry.IsZero() {
		t.Errorf("expires at %s; want %s", got.expiry, put.expiry)
	}
	if aged && (!got.received.Equal(put.received) || !got.expiry.Equal(put.expiry)) {
		t.Errorf("of %s until %s; want of %s until %s", got.received, got.expiry, put.received, put.expiry)
	}
}
