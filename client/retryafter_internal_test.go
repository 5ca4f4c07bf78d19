package client

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 17, 1, 21, 0, time.UTC)
	epoch := now.Unix()
	if epoch != 1795366881 {
		t.Fatalf("the table's epoch values are made for %d, not %d", 1795366881, epoch)
	}
	for _, tt := range []struct {
		name   string
		header http.Header
		want   time.Duration // 0: no hint
	}{
		{"nothing", http.Header{}, 0},
		{"seconds", http.Header{"Retry-After": {"60"}}, 60 * time.Second},
		{"seconds with spaces", http.Header{"Retry-After": {" 60 "}}, 60 * time.Second},
		{"fraction", http.Header{"Retry-After": {"1.5"}}, 1500 * time.Millisecond},
		{"a day", http.Header{"Retry-After": {"86400"}}, 24 * time.Hour},
		{"zero", http.Header{"Retry-After": {"0"}}, 0},
		{"negative", http.Header{"Retry-After": {"-5"}}, 0},
		{"overflow of a Duration", http.Header{"Retry-After": {"9300000000"}}, 0},
		{"overflow of an int64", http.Header{"Retry-After": {"99999999999999999999"}}, 0},
		{"infinity", http.Header{"Retry-After": {"Inf"}}, 0},
		{"not a number", http.Header{"Retry-After": {"NaN"}}, 0},
		{"hex", http.Header{"Retry-After": {"0x10"}}, 0},
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
		{"delta in X-RateLimit-Reset", http.Header{"X-Ratelimit-Reset": {"60"}}, time.Minute},
		{"past epoch", http.Header{"X-Ratelimit-Reset": {"1795366793"}}, 0},
		{"Retry-After wins", http.Header{"Retry-After": {"10"}, "X-Ratelimit-Reset": {"1795366942"}}, 10 * time.Second},
		{"an insane Retry-After does not", http.Header{"Retry-After": {"-1"}, "X-Ratelimit-Reset": {"1795366942"}}, 61 * time.Second},
		{"structured", http.Header{"Ratelimit": {`"default";r=0;t=60`}}, time.Minute},
		{"structured, the exhausted policy counts", http.Header{"Ratelimit": {`"burst";r=0;t=2, "daily";r=900;t=80000`}}, 2 * time.Second},
		{"structured, two fields", http.Header{"Ratelimit": {`"burst";r=0;t=2`, `"hour";r=0;t=90`}}, 90 * time.Second},
		{"structured, one list", http.Header{"Ratelimit": {"limit=2, remaining=0, reset=60"}}, time.Minute},
		{"structured nonsense", http.Header{"Ratelimit": {`;;,t=,"x";t=-1;r=0`}}, 0},
		{
			"measured on the service's clock", http.Header{
				"Date": {"Sun, 22 Nov 2026 19:01:21 GMT"}, "Retry-After": {"Sun, 22 Nov 2026 19:02:21 GMT"},
			}, time.Minute,
		},
		{
			"epoch on the service's clock", http.Header{
				"Date": {"Sun, 22 Nov 2026 15:01:21 GMT"}, "X-Ratelimit-Reset": {"1795359742"},
			}, 61 * time.Second,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, named := retryAfter(tt.header, now)
			if got.Round(time.Millisecond) != tt.want || named != (tt.want > 0) {
				t.Errorf("retryAfter = %s, %t; want %s", got, named, tt.want)
			}
		})
	}
}

func TestBackoffIsJitteredAndBounded(t *testing.T) {
	policy := RetryPolicy{MaxWait: 5 * time.Second}.withDefaults()
	for attempt, ceiling := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
		seen := map[time.Duration]bool{}
		for range 200 {
			wait := policy.backoff(attempt)
			if wait <= 0 || wait > ceiling {
				t.Fatalf("backoff(%d) = %s; want more than 0 and at most %s", attempt, wait, ceiling)
			}
			seen[wait] = true
		}
		if len(seen) < 100 {
			t.Errorf("backoff(%d) gave %d different waits of 200: no jitter", attempt, len(seen))
		}
	}
	if wait := policy.backoff(1 << 30); wait <= 0 || wait > policy.MaxWait {
		t.Errorf("backoff of a huge attempt = %s", wait)
	}
}

func TestScrub(t *testing.T) {
	const secret = `p&ss=w+%rd"\ ä`
	for _, tt := range []struct{ text, secret, want string }{
		{"Invalid email or password.", secret, "Invalid email or password."},
		{"you sent " + secret + "!", secret, "you sent [redacted]!"},
		{`{"input":"p&ss=w+%rd\"\\ ä"}`, secret, `{"input":"[redacted]"}`},
		{`{"input":"p\u0026ss=w+%rd\"\\ ä"}`, secret, `{"input":"[redacted]"}`},
		{"password=p%26ss%3Dw%2B%25rd%22%5C+%C3%A4", secret, "password=[redacted]"},
		{"a bad cat", "a", "[redacted]"},
		{"tabs\tand\nlines\r\n", secret, "tabs and lines"},
		{"\x1b[31mred\x00\u202e", secret, "[31mred"},
		{"bad\xffutf8", secret, "badutf8"},
		{"", secret, ""},
		{"nothing to hide", "", "nothing to hide"},
	} {
		if got := scrub(tt.text, tt.secret); got != tt.want {
			t.Errorf("scrub(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
	long := scrub(strings.Repeat("x", 1000), "")
	if n := len([]rune(long)); n != maxMessage+1 {
		t.Errorf("a long text has %d characters after scrub; want %d and an ellipsis", n, maxMessage)
	}
}
