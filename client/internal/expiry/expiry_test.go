package expiry_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/expiry"
)

func TestP6LifeOnTheServicesClock(t *testing.T) {
	received := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(d time.Duration) time.Time { return received.Add(d) }
	var none time.Time
	for name, tt := range map[string]struct {
		end, issued, date time.Time
		want              time.Duration
	}{
		"our own clock":                 {at(time.Hour), none, none, time.Hour},
		"iat":                           {at(3 * time.Hour), at(2 * time.Hour), none, time.Hour},
		"Date":                          {at(3 * time.Hour), none, at(2 * time.Hour), time.Hour},
		"an old Date":                   {at(time.Hour), at(0), at(-20 * time.Minute), time.Hour},
		"a token of long ago":           {at(time.Hour), at(-20 * time.Minute), at(0), time.Hour},
		"a Date after the end":          {at(time.Hour), at(0), at(2 * time.Hour), time.Hour},
		"an iat at the end":             {at(time.Hour), at(time.Hour), at(0), time.Hour},
		"a Date at the end":             {at(time.Hour), at(0), at(time.Hour), time.Hour},
		"over by both":                  {at(-time.Hour), at(0), at(0), 0},
		"short, in whole seconds":       {at(5 * time.Second), at(0), at(0), 4 * time.Second},
		"short, with fractions":         {at(5500 * time.Millisecond), at(500 * time.Millisecond), none, 5 * time.Second},
		"a second, in whole seconds":    {at(time.Second), none, at(0), 500 * time.Millisecond},
		"not short, in whole seconds":   {at(20 * time.Second), none, at(0), 20 * time.Second},
		"short by our own, exact clock": {at(5 * time.Second), none, none, 5 * time.Second},
	} {
		if got := expiry.Life(tt.end, tt.issued, tt.date, received); got != tt.want {
			t.Errorf("%s: %s; want %s", name, got, tt.want)
		}
	}
}

func TestP3EarlyEnough(t *testing.T) {
	for _, tt := range []struct{ life, took, least, most time.Duration }{
		{time.Hour, 0, 270 * time.Second, 330 * time.Second},
		{24 * time.Hour, 0, 270 * time.Second, 330 * time.Second},
		{10 * time.Second, 0, 900 * time.Millisecond, 1100 * time.Millisecond},
		{time.Minute, 20 * time.Second, 40 * time.Second, 40 * time.Second},
		{time.Minute, time.Hour, 54 * time.Second, 54 * time.Second},
	} {
		for range 100 {
			if got := expiry.Early(tt.life, tt.took); got < tt.least || got > tt.most {
				t.Fatalf("of a life of %s with logins of %s: %s; want %s to %s", tt.life, tt.took, got, tt.least, tt.most)
			}
		}
	}
}
