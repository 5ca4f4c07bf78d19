package origin

import "testing"

// What looks canonical is what parsing gives, too.
func TestPlainIsCanonical(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://api.example.com":         true,
		"https://api.example.com/v1/a-b":  true,
		"https://127.0.0.1":               true,
		"https://010.1":                   true,
		"https://a_b":                     true,
		"https://az-09.":                  true,
		"https://api.example.com/AZaz09_": true,
		"https://api.example.com//v1":     true,
		"https://api.example.com/":        false,
		"https://api.example.com/v1/":     false,
		"https://api.example.com:443":     false,
		"https://API.example.com":         false,
		"https://api.example.com/../a":    false,
		"https://api.example.com/a%20b":   false,
		"https://api.example.com/a?b":     false,
		"https://api.example.com#":        false,
		"https://me@api.example.com":      false,
		"https://[::1]":                   false,
		"https://.":                       false,
		"https://":                        false,
		"http://api.example.com":          false,
		"HTTPS://api.example.com":         false,
		"https:///v1":                     false,
		"":                                false,
	} {
		if got := plain(raw); got != want {
			t.Errorf("%s: %t; want %t", raw, got, want)
		}
		if canonical, err := parsed(raw); plain(raw) && (canonical != raw || err != nil) {
			t.Errorf("%s looks canonical and is %q, %v", raw, canonical, err)
		}
	}
}

func FuzzPlainIsCanonical(f *testing.F) {
	f.Add("https://api.example.com/v1")
	f.Fuzz(func(t *testing.T, raw string) {
		if canonical, err := parsed(raw); plain(raw) && (canonical != raw || err != nil) {
			t.Errorf("%s looks canonical and is %q, %v", raw, canonical, err)
		}
	})
}
