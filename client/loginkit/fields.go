package loginkit

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// Text returns the text at a path of the JSON body, such as "token", or "authorization", "token" for a field within a
// field. It is "" if there is none, or something else in its place.
func (a *Answer) Text(path ...string) string {
	text, _ := a.field(path).(string)
	return text
}

// Number returns the number at a path of the JSON body, with all its digits. A text that holds a number counts, too. It
// is "" if there is none.
func (a *Answer) Number(path ...string) json.Number {
	switch v := a.field(path).(type) {
	case json.Number:
		return v
	case string:
		if v = strings.TrimSpace(v); number().MatchString(v) {
			return json.Number(v)
		}
	}
	return ""
}

var number = lazy.Regexp(`^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$`)

// Seconds returns the lifetime at a path of the JSON body, such as "expires_in": a number of seconds, or a text with
// one. It is 0 if there is none, or if it cannot be a lifetime.
func (a *Answer) Seconds(path ...string) time.Duration {
	const century = 100 * 365 * 24 * 60 * 60
	n, err := a.Number(path...).Float64()
	if err != nil || !(0 < n && n <= century) {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

// Time returns the time at a path of the JSON body, such as "expires_at". It reads RFC 3339, an HTTP date, and seconds
// or milliseconds since 1970 as a number or a text. It is zero if there is none, or in another form, such as one
// without a zone: then the token serves until its JWT's end, or until it is rejected.
func (a *Answer) Time(path ...string) time.Time {
	if n, err := a.Number(path...).Float64(); err == nil {
		return sinceEpoch(n)
	}
	text := strings.TrimSpace(a.Text(path...))
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	t, _ := http.ParseTime(text) // zero if it is none
	return t
}

// sinceEpoch returns the time of a number of seconds or milliseconds. Smaller numbers are no times of today, and larger
// ones are nonsense.
func sinceEpoch(n float64) time.Time {
	const year2001, year5138 = 1e9, 1e11
	if year2001 <= n && n < year5138 {
		seconds, fraction := math.Modf(n)
		return time.Unix(int64(seconds), int64(fraction*1e9))
	}
	if 1000*year2001 <= n && n < 1000*year5138 {
		return time.UnixMilli(int64(n))
	}
	return time.Time{}
}

// field returns what is at a path of the JSON body, nil if there is nothing.
func (a *Answer) field(path []string) any {
	v := a.read.JSON
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = member(object, name)
	}
	return v
}

// member returns a field of an object. As in encoding/json, its case does not count if there is none in the same case.
func member(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	for _, other := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(other, name) {
			return object[other]
		}
	}
	return nil
}
