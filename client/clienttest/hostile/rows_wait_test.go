package hostile_test

import (
	"fmt"
	"strings"
	"time"
)

// waitRows are 429s and 503s whose wait is absurd, without end. Pipes have a fake clock, which begins in 2000.
func waitRows() (all []row) {
	for _, value := range []string{
		"", "-1", "-0", "0", "0.0", "1e-10", "1e99", "1e999", "-1e999", "NaN", "Inf", "+Inf", "0x10", "soon", "never", "1 minute", "999999999999999999999999", "9223372036854775807", "9223372037", "١٠",
		"Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:00 GMT", "Mon, 31 Dec 1999 23:59:59 GMT", "Sat, 01 Jan 20000 00:00:00 GMT", "Mon, 99 Foo 2000 00:00:00 GMT",
		"Sat, 01 Jan 2000 00:00:10 XYZ", "0, 0", ",", ";", "\xff", strings.Repeat("9", 10_000), strings.Repeat("0", 10_000), "1" + strings.Repeat("0", 400), "-9999-12-31T00:00:00Z", "9999-12-31T00:00:00Z",
	} {
		all = append(all, wait("Retry-After: "+value, 0))
	}
	for value, of := range map[string]time.Duration{
		"7": 7 * time.Second, " 7 ": 7 * time.Second, "7.0": 7 * time.Second, "0007": 7 * time.Second, "+7": 7 * time.Second, "-1, 7": 7 * time.Second, "7, 3": 7 * time.Second, `"7"`: 7 * time.Second, "7s": 7 * time.Second,
		"7\r\nRetry-After: -1": 7 * time.Second, "1e1": 10 * time.Second, "Sat, 01 Jan 2000 00:00:20 GMT": 20 * time.Second, "Saturday, 01-Jan-00 00:00:20 GMT": 20 * time.Second, "2000-01-01T00:00:20Z": 20 * time.Second,
		"30": 30 * time.Second, "31": 31 * time.Second, "600": 10 * time.Minute, "86400": 24 * time.Hour, "31536000": 365 * 24 * time.Hour,
	} {
		all = append(all, wait("Retry-After: "+value, of))
	}
	for header, of := range map[string]time.Duration{
		"Retry-After-Ms: -1": 0, "Retry-After-Ms: 1e99": 0, "Retry-After-Ms: 7000": 7 * time.Second, "RateLimit-Reset: 7\r\nRateLimit-Remaining: 0": 7 * time.Second, "X-RateLimit-Reset: -7\r\nX-RateLimit-Remaining: 0": 0,
		"X-RateLimit-Reset: 7\r\nX-RateLimit-Remaining: 5": 0, "RateLimit: limit=1, remaining=0, reset=1e99": 0, "RateLimit: " + strings.Repeat("(", 1000): 0, strings.Repeat("X-RateLimit-Reset-x: 1e99\r\n", 500) + "X: y": 0,
		"Retry-After: 7\r\nDate: Sat, 01 Jan 2050 00:00:00 GMT": 7 * time.Second, "Retry-After: Fri, 01 Jan 2049 00:00:00 GMT\r\nDate: Sat, 01 Jan 2050 00:00:00 GMT": 0,
		"Retry-After: Sat, 01 Jan 2050 00:00:09 GMT\r\nDate: Sat, 01 Jan 2050 00:00:00 GMT": 9 * time.Second,
	} {
		all = append(all, wait(header, of))
	}
	for _, value := range []string{"-1", "1e99", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT", "86400", "31536000", "1", ""} {
		for _, status := range []int{403, 500, 503} {
			login := unavailable(status)
			if status == 403 {
				login = unexpected(status)
			}
			all = append(all, row{
				name: fmt.Sprintf("%d with Retry-After: %s", status, value), slow: true, login: login, api: passes(status), at: map[string]*want{},
				answer: answers(status, map[string]string{"Retry-After": value, "Content-Type": "text/plain"}, always("later")),
			})
		}
	}
	return all
}

// wait is a row whose server answers 429 without end, with a header. of is the wait that it names, 0 if none that is sane.
func wait(header string, of time.Duration) row {
	r := row{name: fmt.Sprintf("429 without end with %.60q", header), slow: true, at: map[string]*want{}, answer: plays(func(p *peer) {
		p.send("HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" + header + "\r\n\r\n{}")
	})}
	const longest, gate = 30 * time.Second, 15 * time.Minute
	login := want{status: 429, named: of > 0, limit: min(of, gate)}
	switch {
	case of == 0: // 5 s, 10 s and 20 s, each less up to a fifth, and 1 s, 2 s and 4 s
		login.limit = 40 * time.Second
		r.login = login.with(4, 0).in(28*time.Second, 35*time.Second)
		r.api = passes(429).with(4, 1).in(5600*time.Millisecond, 7*time.Second)
		login.limit = 300 * time.Second // of bleepay's document
		r.at["bleepay"] = login.with(1, 0)
	case of <= longest:
		r.login = login.with(4, 0).in(3*of, 3*of)
		r.api = passes(429).with(4, 1).in(3*of, 3*of)
		if strings.Contains(header, "00:00:20") { // a time, which is over when the second 429 comes: then the waits are ours
			login.limit, login.named = 40*time.Second, false
			r.login = login.with(4, 0).in(44*time.Second, 50*time.Second)
			r.api = passes(429).with(4, 1).in(24800*time.Millisecond, 26*time.Second)
			login.limit = 300 * time.Second
			r.at["bleepay"] = login.with(2, 0).in(of, of)
		}
	default:
		r.login = login.with(1, 0)
		r.api = passes(429)
	}
	return r
}
