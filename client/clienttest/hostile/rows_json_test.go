package hostile_test

import (
	"strconv"
	"strings"
)

// jsonRows are answers in JSON of another shape, at 200.
func jsonRows() (all []row) {
	add := func(name string, body func(service) string, login *want) {
		all = append(all, row{name: name, answer: answers(200, nil, body), login: login, api: passes(200)})
	}
	for _, body := range []string{
		`null`, `true`, `0`, `-1e99`, `""`, `"token"`, `[]`, `{}`, `[{}]`, `{"error":"no"}`, `{"message":"no","code":1}`, `{"data":{}}`, `{"data":null}`,
		`{"success":false}`, `{"mfa_required":true,"mfa_token":"0123456789abcdef0123"}`, `{"errors":[{"message":"no"}]}`, `{`, `{"`, `{"a`, `{"a":`,
		`{"a":1`, `[1,2`, `tru`, `{'a':1}`, `{a:1}`, `{"a":1}}`, `{"a":1}{"a":2}`, `nullnull`,
	} {
		add("JSON "+body, always(body), unexpected(200))
	}
	add("a list with the answer", func(s service) string { return "[" + s.fine() + "]" }, unexpected(200))
	add("the answer as a text", func(s service) string { return `"` + strings.ReplaceAll(s.fine(), `"`, `\"`) + `"` }, unexpected(200))
	add("the answer twice", func(s service) string { return s.fine() + s.fine() }, unexpected(200))
	add("the answer, and more", func(s service) string { return s.fine() + "<!-- -->" }, unexpected(200))
	add("half of the answer", func(s service) string { return s.fine()[:len(s.fine())/2] }, unexpected(200))

	for _, token := range []string{
		`null`, `true`, `0`, `12345678`, `""`, `" "`, `[]`, `["t"]`, `{}`, `{"token":"t"}`, `"two words"`, `"line\nbreak"`, `"tab\t"`, `"nul\u0000"`, `"bücher"`,
		`"\ud83d\ude00"`, "\"\xff\"", `"\u007f"`, `"t\r\nX-Evil: 1"`,
	} {
		add("a token that is "+token, func(s service) string { return s.Answer(token, "") }, unexpected(200))
	}
	// The last of equal names counts, as everywhere in Go.
	add("the token, and null", func(s service) string { return s.fine()[:len(s.fine())-1] + "," + s.Answer("null", "")[1:] }, unexpected(200))
	add("null, and the token", func(s service) string {
		return s.Answer("null", "")[:len(s.Answer("null", ""))-1] + "," + s.fine()[1:]
	}, gives(goodToken))
	add("two tokens", func(s service) string { return s.gives("other")[:len(s.gives("other"))-1] + "," + s.fine()[1:] }, gives(goodToken))
	add("the token under a name in capitals, too", func(s service) string {
		return strings.TrimSuffix(strings.ToUpper(s.gives("other")), "}") + "," + s.fine()[1:]
	}, gives(goodToken))

	for i := range all { // what an adapter reads, it reads in its own way
		all[i].each = true
	}

	long := func(n int) string { return strings.Repeat("x", n) }
	for name, n := range map[string]int{"1 character": 1, "8 KB": 8000, "16 KiB less Bearer": 16<<10 - 6} {
		add("a token of "+name, func(s service) string { return s.gives(long(n)) }, gives(long(n)))
	}
	for name, n := range map[string]int{"16 KiB": 16 << 10, "64 KiB": 64 << 10, "900 KB": 900_000} {
		add("a token of "+name, func(s service) string { return s.gives(long(n)) }, unexpected(200))
	}
	for name, more := range map[string]string{
		"a session of 900 KB": `"session_id":"` + long(900_000) + `"`, "an address of 900 KB": `"receipts_email":"` + long(900_000) + `"`,
		"side fields of odd types": `"session_id":{},"user_id":[[]],"receipts_email":1e999,"user":null,"message":[]`,
		"an error":                 `"error":"no","message":"no","status":500`,
	} {
		add("a token beside "+name, func(s service) string { return s.gives(goodToken, more) }, gives(goodToken))
	}
	all = append(all, row{
		name: "a type of 900 KB", each: true, api: passes(200), login: gives(goodToken), at: map[string]*want{"formlogin": unexpected(200)},
		answer: answers(200, nil, func(s service) string { return s.gives(goodToken, `"token_type":"`+long(900_000)+`"`) }),
	})

	nested := func(before, value, after string, depth int) string {
		return strings.Repeat(before, depth) + value + strings.Repeat(after, depth)
	}
	add("9,000 lists deep", always(nested("[", "", "]", 9000)), unexpected(200))
	add("50,000 lists deep", always(nested("[", "", "]", 50_000)), unexpected(200))
	add("1,000,000 lists deep", always(strings.Repeat("[", 1_000_000)), unexpected(200))
	add("9,000 objects deep", always(nested(`{"a":`, `1`, "}", 9000)), unexpected(200))
	add("170,000 objects deep", always(strings.Repeat(`{"a":`, 170_000)), unexpected(200))
	add("a token beside depth", func(s service) string { return s.gives(goodToken, `"a":`+nested("[", "", "]", 900)) }, gives(goodToken))
	add("an error 100,000 objects deep", always(nested(`{"error":`, `"no"`, "}", 90_000)), unexpected(200))
	for name, body := range map[string]string{
		"500,000 numbers": "[" + strings.Repeat("1,", 500_000) + "1]", "300,000 lists": "[" + strings.Repeat("[],", 300_000) + "[]]",
		"300,000 objects": "[" + strings.Repeat("{},", 300_000) + "{}]", "200,000 texts": "[" + strings.Repeat(`"no",`, 200_000) + `"no"]`,
		"100,000 equal names": "{" + strings.Repeat(`"a":["x"],`, 90_000) + `"a":1}`, "60,000 names": "{" + manyNames(60_000) + `"a":1}`,
		"60,000 errors": `{"errors":[` + strings.Repeat(`{"message":"no"},`, 60_000) + `{}]}`,
	} {
		add(name, always(body), unexpected(200))
	}
	add("a token after 500 fields", func(s service) string { return "{" + manyNames(500) + s.fine()[1:] }, gives(goodToken))
	add("a token beside 4,000 numbers", func(s service) string { return s.gives(goodToken, `"a":[`+strings.Repeat("1,", 4000)+`1]`) }, gives(goodToken))
	return all
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"f` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strconv.Itoa(i) + `":1,`)
	}
	return b.String()
}
