package loginkit_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A lifetime and a time in an answer mean what encoding/json, strconv and package time read in them.
func FuzzP6Times(f *testing.F) {
	for _, value := range []string{
		`3600`, `"3600"`, `" 3600 "`, `3600.5`, `36e2`, `-1`, `0`, `1e999`, `1e-9`, `3153600000`, `3153600001`, `"0x10"`, `"1_000"`, `"NaN"`, `"+5"`,
		`null`, `true`, `[3600]`, `{"v":3600}`, `""`, `"soon"`, `1713567183`, `1713567183.25`, `1713567183000`, `"1713567183"`, `99999999999`, `100000000000`,
		`"2024-04-19T22:53:03.000000Z"`, `"2024-04-19T22:53:03+02:00"`, `"2024-04-19 22:53:03Z"`, `"2024-04-19  2:53:03Z"`, `"2024-04-19T22:53:03"`,
		`"Fri, 19 Apr 2024 22:53:03 GMT"`, `"Friday, 19-Apr-24 22:53:03 GMT"`, `"Fri Apr 19 22:53:03 2024"`, `"9999-12-31T23:59:59Z"`,
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		body := `{"v":` + value + `}`
		var object struct{ V any }
		decoder := json.NewDecoder(strings.NewReader(body))
		decoder.UseNumber()
		if !json.Valid([]byte(value)) || decoder.Decode(&object) != nil || len(body) > 1<<20 {
			return
		}
		answer := read(t, http.StatusOK, body, "")
		lifetime, at := meant(object.V)
		if got := answer.Seconds("v"); (got - lifetime).Abs() > time.Microsecond {
			t.Errorf("%s is a lifetime of %s; want %s", value, got, lifetime)
		}
		if got := answer.Time("v"); got.IsZero() != at.IsZero() || got.Sub(at).Abs() > time.Millisecond {
			t.Errorf("%s is the time %s; want %s", value, got, at)
		}
	})
}

// meant reads a lifetime and a time out of a value of JSON.
func meant(v any) (lifetime time.Duration, at time.Time) {
	const century = 100 * 365 * 24 * time.Hour
	text, isText := v.(string)
	if number, ok := v.(json.Number); ok {
		text = number.String()
	}
	text = strings.TrimSpace(text)
	n, err := number(text)
	switch {
	case err == nil:
		if 0 < n && n <= century.Seconds() {
			lifetime = time.Duration(n * 1e9)
		}
		if 1e9 <= n && n < 1e11 {
			at = time.UnixMicro(int64(n * 1e6))
		}
		if 1e12 <= n && n < 1e14 {
			at = time.UnixMilli(int64(n))
		}
	case isText:
		joined := text
		if day, rest, found := strings.Cut(text, " "); found {
			joined = day + "T" + strings.TrimLeft(rest, " ") // several blanks are one to package time
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
			if t, err := time.Parse(layout, joined); err == nil {
				return 0, t
			}
		}
		at, _ = http.ParseTime(text)
	}
	return lifetime, at
}

// number reads a number of JSON, which may begin with zeros in a text.
func number(text string) (n float64, err error) {
	digits, negative := strings.CutPrefix(text, "-")
	for len(digits) > 1 && digits[0] == '0' && isDigit(digits[1]) {
		digits = digits[1:]
	}
	if digits == "" || !isDigit(digits[0]) {
		return 0, strconv.ErrSyntax
	}
	err = json.Unmarshal([]byte(digits), &n)
	if negative {
		n = -n
	}
	return n, err
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
