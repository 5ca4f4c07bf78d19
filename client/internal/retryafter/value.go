package retryafter

import (
	"math"
	"net/http"
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
	if math.IsNaN(seconds) || seconds < Shortest.Seconds() || seconds > longestSane.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// values returns the longest sane wait of a header that may be repeated, as several lines or as a list.
func values(all []string, read func(string) (time.Duration, bool)) (longest time.Duration, ok bool) {
	for _, value := range all {
		wait, sane := read(value) // a date has a comma in it
		if !sane {
			for part := range strings.SplitSeq(value, ",") {
				w, partSane := read(part)
				wait, sane = max(wait, w), sane || partSane
			}
		}
		longest, ok = max(longest, wait), ok || sane
	}
	return longest, ok
}

func milliseconds(value string) (time.Duration, bool) {
	ms, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0, false
	}
	return sane(ms / 1000)
}

// layouts are the forms of dates that servers send beside those of RFC 9110. One without a zone is in UTC.
var layouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05 MST", time.DateTime, time.RFC1123, time.RFC1123Z, time.RFC850, time.RFC822, time.RFC822Z,
	time.UnixDate, "2006-01-02T15:04:05Z0700", "20060102T150405Z0700",
}

// date reads a date that ends in a zone of offset 0, names its offset, or has none: other names of zones have no
// meaning that all machines know.
func date(value string) (time.Time, bool) {
	if t, err := http.ParseTime(value); err == nil {
		return t, true
	}
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, value, time.UTC)
		if err != nil {
			continue
		}
		name, offset := t.Zone()
		return t, offset != 0 || strings.Trim(name, "+-0123456789") == "" || name == "UTC" || name == "GMT"
	}
	return time.Time{}, false
}

// wait reads a date, a number of seconds from now, of seconds since the epoch, or of milliseconds since the epoch, or a
// time with units, such as 6m0s. Servers use all of them; the numbers' ranges are years apart.
func wait(value string, now time.Time) (time.Duration, bool) {
	value = strings.Trim(value, " \t\"")
	if t, ok := date(value); ok {
		return sane(t.Sub(now).Seconds())
	}
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		d, err := time.ParseDuration(value)
		if err != nil {
			return 0, false
		}
		return sane(d.Seconds())
	}
	if number >= 1e12 {
		number /= 1000
	}
	if number >= 1e9 {
		number -= float64(now.UnixMilli()) / 1000
	}
	return sane(number)
}
