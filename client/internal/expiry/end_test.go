package expiry_test

import (
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/expiry"
)

// A token is kept until its expiry or its greatest age, whichever comes first. What is over on arrival says nothing.
func TestP6End(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	var none time.Time
	for name, tt := range map[string]struct {
		expiry, received time.Time
		maxAge           time.Duration
		want             time.Time
	}{
		"neither":                        {none, now, 0, none},
		"expiry":                         {in(time.Hour), now, 0, in(time.Hour)},
		"expiry, of any age":             {in(time.Hour), now, -time.Hour, in(time.Hour)},
		"age":                            {none, now, time.Hour, in(time.Hour)},
		"age since the receipt":          {none, in(-time.Minute), time.Hour, in(59 * time.Minute)},
		"expiry first":                   {in(time.Minute), now, time.Hour, in(time.Minute)},
		"age first":                      {in(time.Hour), now, time.Minute, in(time.Minute)},
		"both at once":                   {in(time.Hour), now, time.Hour, in(time.Hour)},
		"expiry is over":                 {in(-time.Hour), now, 0, none},
		"expiry is now":                  {now, now, 0, none},
		"expiry is over, age":            {in(-time.Hour), now, time.Hour, in(time.Hour)},
		"too old, counts as new":         {none, in(-time.Hour), time.Minute, in(time.Minute)},
		"just too old, counts as new":    {none, in(-time.Minute), time.Minute, in(time.Minute)},
		"too old, but the expiry counts": {in(time.Second), in(-time.Hour), time.Minute, in(time.Second)},
		"the least age":                  {none, now, 1, in(1)},
	} {
		if got := expiry.End(tt.expiry, tt.received, tt.maxAge, now); !got.Equal(tt.want) {
			t.Errorf("%s: %s; want %s", name, got, tt.want)
		}
	}
}
