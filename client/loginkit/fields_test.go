package loginkit_test

import (
	"net/http"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	answer := read(t, http.StatusOK, `{
		"token":"t", "Access_Token":"a", "authorization":{"token":"nested","Deep":{"er":"yes"}}, "number":7, "nothing":null,
		"list":["x"], "twice":"first", "twice":"last", "ID":"upper", "id":"lower"
	}`, "")
	for _, tt := range []struct {
		path []string
		want string
	}{
		{[]string{"token"}, "t"},
		{[]string{"access_token"}, "a"}, // as in encoding/json, case does not count
		{[]string{"authorization", "token"}, "nested"},
		{[]string{"authorization", "deep", "er"}, "yes"},
		{[]string{"id"}, "lower"},
		{[]string{"ID"}, "upper"},
		{[]string{"twice"}, "last"}, // as in encoding/json
		{[]string{"number"}, ""},
		{[]string{"nothing"}, ""},
		{[]string{"list"}, ""},
		{[]string{"authorization"}, ""},
		{[]string{"token", "token"}, ""},
		{[]string{"list", "0"}, ""},
		{[]string{"none", "of", "these"}, ""},
		{nil, ""},
	} {
		if got := answer.Text(tt.path...); got != tt.want {
			t.Errorf("Text(%q) = %q; want %q", tt.path, got, tt.want)
		}
	}
	for _, body := range []string{`"t"`, `[]`, `null`, ``, `{`} {
		if got := read(t, http.StatusOK, body, "").Text("token"); got != "" {
			t.Errorf("%s: %q", body, got)
		}
	}
}

func TestNumber(t *testing.T) {
	for value, want := range map[string]string{
		`4711`: "4711", `"4711"`: "4711", `" 4711 "`: "4711", `9007199254740993`: "9007199254740993", `-1`: "-1",
		`1.50`: "1.50", `"1.5e3"`: "1.5e3", `"007"`: "007",
		`""`: "", `"x"`: "", `"NaN"`: "", `"Inf"`: "", `"0x10"`: "", `"1_000"`: "", `"1,5"`: "", `"+1"`: "",
		`null`: "", `true`: "", `[1]`: "", `{"id":1}`: "",
	} {
		if got := read(t, http.StatusOK, `{"id":`+value+`}`, "").Number("id"); got.String() != want {
			t.Errorf("%s: %q; want %q", value, got, want)
		}
	}
}

func TestP6Seconds(t *testing.T) {
	const century = 100 * 365 * 24 * time.Hour
	for value, want := range map[string]time.Duration{
		`3600`: time.Hour, `"3600"`: time.Hour, `1.5`: 1500 * time.Millisecond, `"1.5e3"`: 1500 * time.Second,
		`3153600000`: century, `3153600001`: 0, `0`: 0, `-1`: 0, `1e400`: 0, `"soon"`: 0, `null`: 0, `{}`: 0,
	} {
		if got := read(t, http.StatusOK, `{"in":`+value+`}`, "").Seconds("in"); got != want {
			t.Errorf("%s: %s; want %s", value, got, want)
		}
	}
}

func TestP6Time(t *testing.T) {
	moment := time.Date(2024, 4, 19, 22, 53, 3, 0, time.UTC)
	for value, want := range map[string]time.Time{
		`"2024-04-19T22:53:03.000000Z"`:    moment,
		`"2024-04-19T22:53:03Z"`:           moment,
		`" 2024-04-20T00:53:03+02:00\n"`:   moment,
		`"2024-04-20T00:53:03+0200"`:       moment,
		`"2024-04-20 00:53:03+02:00"`:      moment,
		`"Fri, 19 Apr 2024 22:53:03 GMT"`:  moment,
		`1713567183`:                       moment,
		`"1713567183"`:                     moment,
		`1713567183.5`:                     moment.Add(time.Second / 2),
		`1713567183000`:                    moment,
		`"1713567183000"`:                  moment,
		`"2024-04-19T22:53:03"`:            {}, // in which zone?
		`"2024-04-19"`:                     {},
		`"tomorrow"`:                       {},
		`""`:                               {},
		`3600`:                             {}, // a lifetime, perhaps
		`-1713567183`:                      {},
		`99999999999999999999`:             {},
		`1e400`:                            {},
		`null`:                             {},
		`true`:                             {},
		`{"date":"2024-04-19T22:53:03Z"}`:  {},
		`["2024-04-19T22:53:03Z"]`:         {},
		`"Friday, 19-Apr-24 22:53:03 GMT"`: moment,
	} {
		if got := read(t, http.StatusOK, `{"at":`+value+`}`, "").Time("at"); !got.Equal(want) {
			t.Errorf("%s: %s; want %s", value, got, want)
		}
	}
}
