package reply_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/reply"
)

// A hostile answer has a million fields. 20 of each list or object are looked at, five deep, and six are told of.
func TestWordsAreBounded(t *testing.T) {
	many := func(n int, format string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(all, ",")
	}
	deep := func(n int) string {
		return strings.Repeat(`{"base":`, n) + `{"email":["is taken"]}` + strings.Repeat(`}`, n)
	}
	lists := func(n int) string {
		return strings.Repeat(`{"users":[`, n) + `{"email":["is taken"]}` + strings.Repeat(`]}`, n)
	}
	for _, tt := range []struct {
		name   string
		body   string
		causes int
	}{
		{"texts", `{"errors":[` + many(20, `"no %d"`) + `]}`, 20},
		{"more texts", `{"errors":[` + many(30, `"no %d"`) + `]}`, 20},
		{"the same text", `{"errors":["no","no"]}`, 1},
		{"fields", `{"errors":{` + many(30, `"f%02d":["no"]`) + `}}`, 20},
		{"two lists", `{"errors":{` + many(15, `"f%02d":["no"]`) + `},"details":{` + many(15, `"g%02d":["no"]`) + `}}`, 20},
		{"nothing about nothing", `{"errors":{"base":""}}`, 0},
		{"four deep", `{"errors":` + deep(4) + `}`, 1},
		{"five deep", `{"errors":` + deep(5) + `}`, 0},
		{"two lists deep", `{"errors":` + lists(2) + `}`, 1},
		{"three lists deep", `{"errors":` + lists(3) + `}`, 0},
	} {
		words := reply.Read([]byte(tt.body)).Words(422)
		if len(words.Causes) != tt.causes {
			t.Errorf("%s: %d causes; want %d", tt.name, len(words.Causes), tt.causes)
		}
	}
	var objects []string
	for _, name := range []string{"message", "detail", "title"} {
		objects = append(objects, strings.ReplaceAll(`"NAME":{"message":"1 NAME","error_message":"2 NAME","errorMessage":"3 NAME",`+
			`"msg":"4 NAME","detail":"5 NAME","reason":"6 NAME","title":"7 NAME","error":"8 NAME"}`, "NAME", name))
	}
	if words := reply.Read([]byte("{" + strings.Join(objects, ",") + "}")).Words(400); len(words.Texts) != 20 {
		t.Errorf("%d texts; want 20", len(words.Texts))
	}
}

// A text about the whole is looked for five objects deep.
func TestTextsAreLookedForFiveDeep(t *testing.T) {
	for _, around := range []string{`{"error":`, `{"code":1,"data":`} {
		for deep, want := range map[int]string{5: "no", 6: ""} {
			body := strings.Repeat(around, deep) + `{"msg":"no"}` + strings.Repeat("}", deep)
			if got := strings.Join(reply.Read([]byte(body)).Words(400).Texts, " "); got != want {
				t.Errorf("%s: %q; want %q", body, got, want)
			}
		}
	}
}

// Each field at fault is named, in a line of about 200 characters.
func TestLineOfManyCauses(t *testing.T) {
	long := strings.Repeat("x", 90)
	for _, tt := range []struct{ name, body, want string }{
		{"six", `{"errors":{"a":["no"],"b":["no"],"c":["no"],"d":["no"],"e":["no"],"f":["no"]}}`, "||a: no; b: no; c: no; d: no; e: no; f: no"},
		{"seven", `{"errors":{"a":["no"],"b":["no"],"c":["no"],"d":["no"],"e":["no"],"f":["no"],"g":["no"]}}`, "||a: no; b: no; c: no; d: no; e: no; f: no; and more"},
		{"two that fit", `{"errors":{"a":["` + long + `"],"b":["` + long + `"]}}`, "||a: " + long + "; b: " + long},
		{"two that do not", `{"errors":{"a":["` + long + `xx"],"b":["` + long + `"]}}`, "||a: " + long + "xx; b: " + long},
		{"three that do not", `{"errors":{"a":["` + long + `"],"b":["` + long + `"],"c":["` + long + `"]}}`,
			"||a: " + long[:58] + "…; b: " + long[:58] + "…; c: " + long[:58] + "…"},
		{"of 190 in all", `{"errors":{"a":["` + strings.Repeat("y", 150) + `"],"b":["` + long[:32] + `"]}}`, "||a: " + strings.Repeat("y", 150) + "; b: " + long[:32]},
		{"of 191", `{"errors":{"a":["` + strings.Repeat("y", 150) + `"],"b":["` + long[:33] + `"]}}`, "||a: " + strings.Repeat("y", 92) + "…; b: " + long[:33]},
		{"a long name", `{"errors":{"` + long + `":["no"]}}`, "|" + long[:39] + "…|no"},
		{"a name of 40", `{"errors":{"` + long[:40] + `":["no"]}}`, "|" + long[:40] + "|no"},
		{"a field without a text", `{"errors":[{"field":"a"},{"field":"b","message":"no"}]}`, "||a; b: no"},
		{"the whole beside it, in 200", `{"errors":{"a":["` + strings.Repeat("y", 106) + `"]},"message":"` + long + `z"}`, "|a|" + strings.Repeat("y", 106) + " (" + long + "z)"},
		{"the whole beside it, in 201", `{"errors":{"a":["` + strings.Repeat("y", 107) + `"]},"message":"` + long + `z"}`, "|a|" + strings.Repeat("y", 107)},
	} {
		if got := said(422, tt.body); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

// A word of a language is no token.
func TestWordThatCouldBeAToken(t *testing.T) {
	for word, want := range map[string]bool{
		"password": false, strings.Repeat("a", 40): false, strings.Repeat("a", 41): true,
		strings.Repeat("a", 14) + "1": false, strings.Repeat("a", 15) + "1": true,
	} {
		if got := reply.CouldBeToken(word); got != want {
			t.Errorf("%s: %v; want %v", word, got, want)
		}
	}
}
