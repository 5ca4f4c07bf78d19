package reply

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// What is read is what package json reads.
func FuzzTree(f *testing.F) {
	for _, seed := range []string{
		`null`, `true`, ` false `, `0`, `-1.5e+3`, `9007199254740993`, `""`, `"a\"b\\"`, `"\\"`, `"\ud83d\ude00\u0000\ud800"`, "\"\xff\"", `[]`, `[ ]`, `[[],[[]]]`,
		`{}`, `{ }`, `{"a":1,"a":2}`, "{\"a\" :\t[1 , \"]\" ,{\"}\" : \"\\\\\"}\r\n] }", `{"":{"":null}}`, `[true,false,null,1,"x",{"y":[0]}]`, `[1,]`, `{`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		read := tree{rest: body}
		got := read.value()
		if !read.excess && !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v; want %#v", body, got, want)
		}
	})
}

func TestTreeIsBounded(t *testing.T) {
	list := func(values int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", values-1), ",") + "]" }
	deep := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	for body, excess := range map[string]bool{
		list(maxValues): false, list(maxValues + 1): true, deep(maxNesting + 1): false, deep(maxNesting + 2): true,
		"[[]" + strings.Repeat(",[]", 2*maxNesting) + "]": false, "[{}" + strings.Repeat(",{}", 2*maxNesting) + "]": false,
		`{"a":` + list(maxValues) + `}`: true, `{"a":` + list(maxValues-1) + `}`: false,
	} {
		if _, ok, got := parse([]byte(body)); got != excess || ok == excess {
			t.Errorf("%.20s… of %d bytes: read %t, too much %t; want %t", body, len(body), ok, got, excess)
		}
	}
}
