package retryafter

import (
	"strconv"
	"strings"
	"time"
)

// Shortest and longestSane are the shortest and the longest wait that is believed. A shorter one is less than a request
// takes: whoever obeyed it would send all requests at once.
const (
	Shortest    = 10 * time.Millisecond
	longestSane = 366 * 24 * time.Hour
)

func sane(seconds float64) (time.Duration, bool) {
	if seconds < Shortest.Seconds() || seconds > longestSane.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// longest returns the longest sane wait of a header that may be repeated, as several lines or as a list.
func longest(all []string, read func(string) (time.Duration, bool)) (longest time.Duration, ok bool) {
	for _, value := range all {
		parts := strings.SplitN(value, ",", maxParts)
		if _, is := date(value); is { // with a comma in it
			parts = []string{value}
		}
		for _, part := range parts {
			wait, sane := read(part)
			longest, ok = max(longest, wait), ok || sane
		}
	}
	return longest, ok
}

// around is what may stand around a value.
const around = " \t\""

// wait reads a number of seconds from now, of seconds since the epoch, or of milliseconds since the epoch, or a date, or
// a time with units, such as 6m0s. Servers use all of them; the numbers' ranges are years apart.
func wait(value string, now time.Time) (time.Duration, bool) {
	value = strings.Trim(value, around)
	n, err := number(value)
	if err != nil {
		if t, ok := date(value); ok {
			return sane(t.Sub(now).Seconds())
		}
		d, _ := time.ParseDuration(value)
		return sane(d.Seconds())
	}
	if n >= 1e11 {
		n /= 1000
	}
	if n > longestSane.Seconds() {
		n -= float64(now.UnixMilli()) / 1000
	}
	return sane(n)
}

// milliseconds reads a number of milliseconds from now or since the epoch.
func milliseconds(value string, now time.Time) (time.Duration, bool) {
	ms, err := number(value)
	if err != nil {
		return 0, false
	}
	if ms > longestSane.Seconds()*1000 {
		ms -= float64(now.UnixMilli())
	}
	return sane(ms / 1000)
}

// number reads a decimal number. Go's hexadecimal ones, underscores, infinities and NaN are none.
func number(value string) (float64, error) {
	value = strings.TrimSpace(value)
	if strings.Trim(value, "0123456789+-.eE") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(value, 64)
}

// layouts are the forms of dates of RFC 9110, and others that servers send. offsets are the forms of zones behind them.
var (
	layouts = []string{
		"Mon, 2 Jan 2006 15:04:05", "Monday, 2-Jan-06 15:04:05", "Mon Jan _2 15:04:05 2006", // RFC 9110
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "20060102T150405", "2 Jan 06 15:04", "2 Jan 2006 15:04:05",
		"2006-01-02T15:04",        // Jira
		"Mon Jan 2 2006 15:04:05", // JavaScript, as String(new Date())
	}
	offsets = []string{"", "Z07:00", "Z0700", "Z07", " -0700", " -07:00"}
)

// date reads a date in UTC or with an offset. Other names of zones are refused: machines differ in what they mean, and
// Go takes one that it does not know for UTC.
func date(value string) (time.Time, bool) {
	value, _, _ = strings.Cut(value, " (") // the name of a zone behind its offset
	value = strings.Trim(utc.Replace(strings.Trim(value, around)), around)
	for _, layout := range layouts {
		for _, offset := range offsets {
			if t, err := time.Parse(layout+offset, value); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// utc takes out the zones that mean UTC everywhere.
var utc = strings.NewReplacer(" UTC", "", " GMT", "")
