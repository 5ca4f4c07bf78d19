package retryafter_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/retryafter"
)

// now is the time of headers. In seconds since 1970 it is 1795366881.
var now = time.Date(2026, 11, 22, 17, 1, 21, 0, time.UTC)

// headers are the forms in which servers name a wait.
var headers = []struct {
	name   string
	header http.Header
	want   time.Duration // 0: no hint
}{
	{"nothing", http.Header{}, 0},
	{"seconds", http.Header{"Retry-After": {"60"}}, 60 * time.Second},
	{"seconds with spaces", http.Header{"Retry-After": {" 60 "}}, 60 * time.Second},
	{"fraction", http.Header{"Retry-After": {"1.5"}}, 1500 * time.Millisecond},
	{"a day", http.Header{"Retry-After": {"86400"}}, 24 * time.Hour},
	{"the longest", http.Header{"Retry-After": {"31622400"}}, 366 * 24 * time.Hour},
	{"longer than a year", http.Header{"Retry-After": {"31622401"}}, 0},
	{"a minute in milliseconds", http.Header{"Retry-After-Ms": {"60000"}}, time.Minute},
	{"the longest in milliseconds", http.Header{"Retry-After-Ms": {"31622400000"}}, 366 * 24 * time.Hour},
	{"milliseconds of an epoch", http.Header{"Retry-After-Ms": {"1795366942500"}}, 61500 * time.Millisecond},
	{"the first epoch in milliseconds", http.Header{"Date": {"Sat, 03 Mar 1973 09:45:40 GMT"}, "Retry-After": {"100000000000"}}, time.Minute},
	{"zero", http.Header{"Retry-After": {"0"}}, 0},
	{"negative", http.Header{"Retry-After": {"-5"}}, 0},
	{"overflow of a Duration", http.Header{"Retry-After": {"9300000000"}}, 0},
	{"overflow of an int64", http.Header{"Retry-After": {"99999999999999999999"}}, 0},
	{"infinity", http.Header{"Retry-After": {"Inf"}}, 0},
	{"not a number", http.Header{"Retry-After": {"NaN"}}, 0},
	{"hex", http.Header{"Retry-After": {"0x10"}}, 0},
	{"hex float", http.Header{"Retry-After": {"0x1p10"}}, 0},
	{"hex float in milliseconds", http.Header{"Retry-After-Ms": {"0x1p12"}}, 0},
	{"underscore", http.Header{"Retry-After": {"1_000"}}, 0},
	{"hex with an underscore", http.Header{"X-Ratelimit-Reset": {"0x_1p10"}}, 0},
	{"a tiny fraction", http.Header{"Retry-After": {"1e-10"}}, 0},
	{"a fraction below a request's time", http.Header{"Retry-After": {"0.0099"}}, 0},
	{"the shortest fraction", http.Header{"Retry-After": {"0.01"}}, 10 * time.Millisecond},
	{"zero with a fraction", http.Header{"Retry-After": {"0.000"}}, 0},
	{"negative zero", http.Header{"Retry-After": {"-0"}}, 0},
	{"a negative fraction", http.Header{"Retry-After": {"-1e-10"}}, 0},
	{"underflow of a float64", http.Header{"Retry-After": {"1e-400"}}, 0},
	{"a tiny fraction of a millisecond", http.Header{"Retry-After-Ms": {"1e-7"}}, 0},
	{"one millisecond", http.Header{"Retry-After-Ms": {"1"}}, 0},
	{"a tiny one beside a sane one", http.Header{"Retry-After-Ms": {"0.1"}, "Retry-After": {"1e-3"}, "Ratelimit-Reset": {"3"}}, 3 * time.Second},
	{"a tiny delta", http.Header{"Ratelimit-Reset": {"1e-10"}}, 0},
	{"an epoch a moment from now", http.Header{"X-Ratelimit-Reset": {"1795366881.001"}}, 0},
	{"a tiny structured one", http.Header{"Ratelimit": {`"default";r=0;t=1e-10`}}, 0},
	{"a tiny one of the earlier form", http.Header{"Ratelimit": {"limit=2, remaining=0, reset=1e-10"}}, 0},
	{"words", http.Header{"Retry-After": {"soon"}}, 0},
	{"epoch in Retry-After", http.Header{"Retry-After": {"1795366942"}}, 61 * time.Second},
	{"IMF-fixdate", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21 GMT"}}, time.Minute},
	{"RFC 850 date", http.Header{"Retry-After": {"Sunday, 22-Nov-26 17:02:21 GMT"}}, time.Minute},
	{"asctime date", http.Header{"Retry-After": {"Sun Nov 22 17:02:21 2026"}}, time.Minute},
	{"past date", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:00:21 GMT"}}, 0},
	{"milliseconds", http.Header{"Retry-After-Ms": {"1500"}, "Retry-After": {"2"}}, 1500 * time.Millisecond},
	{"broken milliseconds", http.Header{"Retry-After-Ms": {"-1"}, "Retry-After": {"2"}}, 2 * time.Second},
	{"delta reset", http.Header{"Ratelimit-Reset": {"60"}}, time.Minute},
	{"epoch reset", http.Header{"X-Ratelimit-Reset": {"1795366942"}}, 61 * time.Second},
	{"epoch reset in milliseconds", http.Header{"X-Ratelimit-Reset": {"1795366942500"}}, 61500 * time.Millisecond},
	{"epoch of a clock that is faked", http.Header{
		"Date": {"Sat, 01 Jan 2000 00:00:00 GMT"}, "X-Ratelimit-Reset": {"946684860"},
	}, time.Minute},
	{"epoch of a clock that is faked, in milliseconds", http.Header{
		"Date": {"Sat, 01 Jan 2000 00:00:00 GMT"}, "X-Ratelimit-Reset": {"946684860000"},
	}, time.Minute},
	{"between a delta and an epoch", http.Header{"X-Ratelimit-Reset": {"40000000"}}, 0},
	{"delta in X-RateLimit-Reset", http.Header{"X-Ratelimit-Reset": {"60"}}, time.Minute},
	{"past epoch", http.Header{"X-Ratelimit-Reset": {"1795366793"}}, 0},
	{"Retry-After wins", http.Header{"Retry-After": {"10"}, "X-Ratelimit-Reset": {"1795366942"}}, 10 * time.Second},
	{"an insane Retry-After does not", http.Header{"Retry-After": {"-1"}, "X-Ratelimit-Reset": {"1795366942"}}, 61 * time.Second},
	{"of a named limit", http.Header{"Retry-After-Login": {"300"}, "X-Ratelimit-Reset-Short": {"1"}}, 5 * time.Minute},
	{"of two named limits", http.Header{"Retry-After-Short": {"1"}, "Retry-After-Long": {"900"}}, 15 * time.Minute},
	{"of a named limit, as typed", http.Header{"retry-after-LOGIN": {"30"}}, 30 * time.Second},
	{"of a named limit, a date", http.Header{"Retry-After-Login": {"Sun, 22 Nov 2026 17:02:21 GMT"}}, time.Minute},
	{"the plain one wins", http.Header{"Retry-After": {"10"}, "Retry-After-Login": {"300"}}, 10 * time.Second},
	{"reset of a named limit", http.Header{"X-Ratelimit-Reset-Short": {"7"}}, 7 * time.Second},
	{
		"of named limits the exhausted one", http.Header{
			"X-Ratelimit-Reset-Short": {"700"}, "X-Ratelimit-Remaining-Short": {"699"},
			"X-Ratelimit-Reset-Long": {"5"}, "X-Ratelimit-Remaining-Long": {"0"},
		}, 5 * time.Second,
	},
	{"reset with units", http.Header{"X-Ratelimit-Reset-Requests": {"6m0s"}}, 6 * time.Minute},
	{"reset with small units", http.Header{"X-Ratelimit-Reset-Tokens": {"120ms"}}, 120 * time.Millisecond},
	{"X-Rate-Limit-Reset", http.Header{"X-Rate-Limit-Reset": {"1795366942"}}, 61 * time.Second},
	{"X-Rate-Limit-Retry-After-Seconds", http.Header{"X-Rate-Limit-Retry-After-Seconds": {"12"}}, 12 * time.Second},
	{"X-Retry-After", http.Header{"X-Retry-After": {"12"}}, 12 * time.Second},
	{"reset in milliseconds", http.Header{"Ratelimit-Reset-Ms": {"2500"}}, 2500 * time.Millisecond},
	{"X-RateLimit-Reset-After", http.Header{"X-Ratelimit-Reset-After": {"0.5"}}, 500 * time.Millisecond},
	{"a name that only begins so", http.Header{"Retry-Afterwards": {"12"}, "Ratelimit-Resets": {"12"}}, 0},
	{"ISO 8601", http.Header{"Retry-After": {"2026-11-22T17:02:21Z"}}, time.Minute},
	{"ISO 8601, fraction", http.Header{"Retry-After": {"2026-11-22T17:02:21.500000Z"}}, 60500 * time.Millisecond},
	{"ISO 8601, offset", http.Header{"Retry-After": {"2026-11-22T19:02:21+02:00"}}, time.Minute},
	{"ISO 8601, offset without a colon", http.Header{"Retry-After": {"2026-11-22T19:02:21+0200"}}, time.Minute},
	{"ISO 8601 without a zone", http.Header{"X-Ratelimit-Reset": {"2026-11-22T17:02:21"}}, time.Minute},
	{"a date with a space", http.Header{"X-Ratelimit-Reset": {"2026-11-22 17:02:21"}}, time.Minute},
	{"a date with a space, and UTC", http.Header{"X-Ratelimit-Reset": {"2026-11-22 17:02:21 UTC"}}, time.Minute},
	{"a date with a space, and an offset", http.Header{"X-Ratelimit-Reset": {"2026-11-22 18:02:21 +0100"}}, time.Minute},
	{"IMF-fixdate, UTC", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21 UTC"}}, time.Minute},
	{"IMF-fixdate, offset", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21 +0000"}}, time.Minute},
	{"IMF-fixdate, offset from GMT", http.Header{"Retry-After": {"Sun, 22 Nov 2026 20:02:21 GMT+0300"}}, time.Minute},
	{"IMF-fixdate, two blanks", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21  GMT"}}, time.Minute},
	{"UnixDate", http.Header{"Retry-After": {"Sun Nov 22 17:02:21 UTC 2026"}}, time.Minute},
	{"RFC 850 date, UTC", http.Header{"Retry-After": {"Sunday, 22-Nov-26 17:02:21 UTC"}}, time.Minute},
	{"ISO 8601 without seconds", http.Header{"X-Ratelimit-Reset": {"2026-11-22T17:02Z"}}, 39 * time.Second},
	{"ISO 8601, offset of hours alone", http.Header{"X-Ratelimit-Reset": {"2026-11-22 19:02:21.5+02"}}, 60500 * time.Millisecond},
	{"JavaScript's date", http.Header{"X-Ratelimit-Reset": {"Sun Nov 22 2026 18:02:21 GMT+0100 (Central European Standard Time)"}}, time.Minute},
	{"IMF-fixdate without the day of the week", http.Header{"Retry-After": {"22 Nov 2026 17:02:21 GMT"}}, time.Minute},
	{"repeated dates in a list", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21 GMT, Sun, 22 Nov 2026 17:01:26 GMT"}}, time.Minute},
	{"milliseconds in words", http.Header{"X-Rate-Limit-Retry-After-Milliseconds": {"1500"}}, 1500 * time.Millisecond},
	{"milliseconds since the epoch", http.Header{"X-Ratelimit-Reset-Ms": {"1795366942500"}}, 61500 * time.Millisecond},
	{"past milliseconds since the epoch", http.Header{"Retry-After-Ms": {"1795366880000"}}, 0},
	{"something remains, milliseconds in words", http.Header{"X-Ratelimit-Reset-Milliseconds": {"700"}, "X-Ratelimit-Remaining": {"3"}}, 0},
	{"a vendor's milliseconds", http.Header{"X-Ms-Retry-After-Ms": {"1500"}}, 1500 * time.Millisecond},
	{"a vendor's reset", http.Header{"X-Contentful-Ratelimit-Reset": {"7"}}, 7 * time.Second},
	{
		"a vendor's limits, one of them exhausted", http.Header{
			"Anthropic-Ratelimit-Requests-Remaining": {"9"}, "Anthropic-Ratelimit-Requests-Reset": {"2026-11-22T18:00:00Z"},
			"Anthropic-Ratelimit-Tokens-Remaining": {"0"}, "Anthropic-Ratelimit-Tokens-Reset": {"2026-11-22T17:02:21Z"},
		}, time.Minute,
	},
	{"a name in the middle", http.Header{"X-Ratelimit-Requests-Reset": {"1795366942000"}, "X-Ratelimit-Requests-Remaining": {"0"}}, 61 * time.Second},
	{"a name that only ends so", http.Header{"Xretry-After": {"12"}, "Xratelimit-Reset": {"12"}, "X-Preset": {"12"}}, 0},
	{"a zone of a name", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21 PST"}}, 0},
	{"a zone of a name, RFC 850", http.Header{"Retry-After": {"Sunday, 22-Nov-26 18:02:21 CET"}}, 0},
	{"a zone of a name, UnixDate", http.Header{"Retry-After": {"Sun Nov 22 18:02:21 CET 2026"}}, 0},
	{"a zone of a name, with a space", http.Header{"X-Ratelimit-Reset": {"2026-11-22 18:02:21 CET"}}, 0},
	{"a zone of hours alone", http.Header{"Retry-After": {"Sun, 22 Nov 2026 20:02:21 +03"}}, 0},
	{"past date with a comma in it", http.Header{"Retry-After": {"2026-11-22 17:01:20,5"}}, 0},
	{"repeated", http.Header{"Retry-After": {"5", "60"}}, time.Minute},
	{"repeated in a list", http.Header{"Retry-After": {"60, 5"}}, time.Minute},
	{"repeated dates", http.Header{"Retry-After": {"Sun, 22 Nov 2026 17:02:21 GMT", "Sun, 22 Nov 2026 17:01:26 GMT"}}, time.Minute},
	{"repeated, one of them insane", http.Header{"Retry-After": {"-1", "60"}}, time.Minute},
	{"quoted", http.Header{"Retry-After": {`"60"`}}, time.Minute},
	{"structured", http.Header{"Ratelimit": {`"default";r=0;t=60`}}, time.Minute},
	{"structured, the exhausted policy counts", http.Header{"Ratelimit": {`"burst";r=0;t=2, "daily";r=900;t=80000`}}, 2 * time.Second},
	{"structured, two fields", http.Header{"Ratelimit": {`"burst";r=0;t=2`, `"hour";r=0;t=90`}}, 90 * time.Second},
	{"structured, one list", http.Header{"Ratelimit": {"limit=2, remaining=0, reset=60"}}, time.Minute},
	{"structured nonsense", http.Header{"Ratelimit": {`;;,t=,"x";t=-1;r=0`}}, 0},
	{"structured, only policies of which something remains", http.Header{"Ratelimit": {`"daily";r=900;t=80000`}}, 0},
	{"structured, unknown what remains", http.Header{"Ratelimit": {`"daily";r=x;t=8, "burst";r=1;t=9`}}, 8 * time.Second},
	{"structured, names with separators", http.Header{"Ratelimit": {`"a,b;r=0;t=9";r=1;t=70, "c\",";r=0;t=7`}}, 7 * time.Second},
	{"structured, bare names", http.Header{"Ratelimit": {"burst;t=2, daily;r=9;t=80"}}, 2 * time.Second},
	{"structured, as typed", http.Header{"rateLimit": {`"default";r=0;t=60`}}, time.Minute},
	{"structured, hex", http.Header{"Ratelimit": {`"default";r=0;t=0x1p5`}}, 0},
	{"one list of which something remains", http.Header{"Ratelimit": {"limit=100, remaining=90, reset=3600"}}, 0},
	{"one list in another order", http.Header{"Ratelimit": {"reset=3600, remaining=90, limit=100"}}, 0},
	{"two lists", http.Header{"Ratelimit": {"limit=5, remaining=0, reset=6", "limit=100, remaining=50, reset=3600"}}, 6 * time.Second},
	{"two lists in one line", http.Header{"Ratelimit": {"limit=5, remaining=0, reset=6, limit=100, remaining=50, reset=3600"}}, 6 * time.Second},
	{"one list with the policy behind", http.Header{"Ratelimit": {"limit=2, remaining=0, reset=60, limit=100;w=3600"}}, time.Minute},
	{"something remains", http.Header{"X-Ratelimit-Remaining": {"4900"}, "X-Ratelimit-Reset": {"1795369881"}}, 0},
	{"something remains, as typed", http.Header{"X-RateLimit-Remaining": {"4900"}, "x-ratelimit-reset": {"1795369881"}}, 0},
	{"something remains, draft", http.Header{"Ratelimit-Remaining": {"9"}, "Ratelimit-Reset": {"3600"}}, 0},
	{"something remains, another spelling", http.Header{"X-Rate-Limit-Remaining": {"9"}, "X-Rate-Limit-Reset": {"3600"}}, 0},
	{"something remains, with a unit", http.Header{"X-Ratelimit-Remaining": {"9"}, "X-Ratelimit-Reset-After": {"3600"}, "X-Ratelimit-Reset-Ms": {"9000"}}, 0},
	{"something remains of a named limit, as typed", http.Header{"x-ratelimit-reset-a": {"700"}, "x-ratelimit-remaining-A": {"9"}}, 0},
	{"something remains of a named limit, with a unit", http.Header{"X-Ratelimit-Reset-A-Ms": {"700"}, "X-Ratelimit-Remaining-A": {"9"}}, 0},
	{
		"something remains of all limits", http.Header{
			"X-Ratelimit-Remaining": {"9"}, "X-Ratelimit-Reset": {"3600"}, "Ratelimit": {`"default";r=9;t=60`},
			"X-Ratelimit-Remaining-Long": {"99"}, "X-Ratelimit-Reset-Long": {"80000"},
		}, 0,
	},
	{"something remains, beside Retry-After", http.Header{"X-Ratelimit-Remaining": {"4900"}, "X-Ratelimit-Reset": {"3600"}, "Retry-After": {"60"}}, time.Minute},
	{
		"something remains, not of the named limit", http.Header{
			"X-Ratelimit-Remaining": {"50"}, "X-Ratelimit-Reset": {"3600"},
			"X-Ratelimit-Remaining-Login": {"0"}, "X-Ratelimit-Reset-Login": {"5"},
		}, 5 * time.Second,
	},
	{
		"something remains, unknown of the named limit", http.Header{
			"X-Ratelimit-Remaining": {"50"}, "X-Ratelimit-Reset": {"3600"}, "X-Ratelimit-Reset-Login": {"5"},
		}, 5 * time.Second,
	},
	{
		"something remains of the draft's limit, not of the other", http.Header{
			"Ratelimit-Remaining": {"50"}, "Ratelimit-Reset": {"3600"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"5"},
		}, 5 * time.Second,
	},
	{"nothing remains", http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"60"}}, time.Minute},
	{"less than nothing remains", http.Header{"X-Ratelimit-Remaining": {"-1"}, "X-Ratelimit-Reset": {"60"}}, time.Minute},
	{"something and nothing remain", http.Header{"X-Ratelimit-Remaining": {"9", "0"}, "X-Ratelimit-Reset": {"60"}}, time.Minute},
	{"nonsense remains", http.Header{"X-Ratelimit-Remaining": {"0x9"}, "X-Ratelimit-Reset": {"60"}}, time.Minute},
	{
		"measured on the service's clock", http.Header{
			"Date": {"Sun, 22 Nov 2026 19:01:21 GMT"}, "Retry-After": {"Sun, 22 Nov 2026 19:02:21 GMT"},
		}, time.Minute,
	},
	{
		"a Date with a zone of a name is none", http.Header{
			"Date": {"Sunday, 22-Nov-26 16:01:21 CET"}, "Retry-After": {"Sun, 22 Nov 2026 17:02:21 GMT"},
		}, time.Minute,
	},
	{
		"epoch on the service's clock", http.Header{
			"Date": {"Sun, 22 Nov 2026 15:01:21 GMT"}, "X-Ratelimit-Reset": {"1795359742"},
		}, 61 * time.Second,
	},
}

func TestParse(t *testing.T) {
	for _, tt := range headers {
		t.Run(tt.name, func(t *testing.T) {
			got, named := retryafter.Parse(tt.header, now)
			if got.Round(time.Microsecond) != tt.want || named != (tt.want > 0) {
				t.Errorf("Parse = %s, %t; want %s", got, named, tt.want)
			}
		})
	}
}

// A header may have 10 MiB. Its reading is bounded: nobody sends so much to tell a wait.
func TestParseReadsABoundedPart(t *testing.T) {
	now := time.Date(2026, 11, 22, 17, 1, 21, 0, time.UTC)
	manyLines := append(slices.Repeat([]string{"5"}, 10), "60")
	manyNames := http.Header{}
	for i := range 200 {
		manyNames.Set(fmt.Sprintf("Retry-After-%d", i), fmt.Sprint(1+i))
	}
	for name, tt := range map[string]struct {
		header http.Header
		most   time.Duration
	}{
		"the longest line": {http.Header{"Retry-After": {strings.Repeat(" ", 999) + "5"}}, 5 * time.Second},
		"a long line":      {http.Header{"Retry-After": {strings.Repeat(" ", 1000) + "5"}}, 0},
		"a long Date":      {http.Header{"Date": {strings.Repeat("x,", 5<<20)}, "Retry-After": {"5"}}, 5 * time.Second},
		"many lines":       {http.Header{"Retry-After": manyLines}, 5 * time.Second},
		"many parts":       {http.Header{"Retry-After": {strings.Repeat("5,", 20) + "60"}}, 5 * time.Second},
		"many structured":  {http.Header{"Ratelimit": {strings.Repeat(`"a";r=0;t=5,`, 100)}}, 0},
	} {
		if wait, named := retryafter.Parse(tt.header, now); wait != tt.most || named != (tt.most > 0) {
			t.Errorf("%s: %s, %t; want %s", name, wait, named, tt.most)
		}
	}
	seen := map[time.Duration]bool{}
	for range 20 { // which of the names are read is not said
		wait, _ := retryafter.Parse(manyNames, now)
		seen[wait] = true
	}
	if len(seen) == 1 {
		t.Error("all of 200 names are read")
	}
}
