package loginkit_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

func TestOKIsEach2xx(t *testing.T) {
	for status, want := range map[int]bool{199: false, 200: true, 201: true, 299: true, 300: false, 401: false} {
		if got := read(t, status, "", "").OK(); got != want {
			t.Errorf("%d is OK: %t", status, got)
		}
	}
}

func TestContainsFindsAText(t *testing.T) {
	answer := read(t, 400, `{"a":[{"b":"code"},["other"]],"code":"value","n":1}`, "")
	for text, want := range map[string]bool{"code": true, "other": true, "value": true, "cod": false, "b": false, "1": false, "": false} {
		if got := answer.Contains(text); got != want {
			t.Errorf("it contains %q: %t", text, got)
		}
	}
	if read(t, 400, `{}`, "").Contains("code") {
		t.Error("an empty object contains a code")
	}
}

// The lifetime is measured on the service's clock if the answer tells its time.
func TestP6TokenIsMeasuredByTheAnswersDate(t *testing.T) {
	for date, known := range map[string]bool{
		"Thu, 18 Apr 2024 22:53:03 GMT": true, "Sat, 20 Apr 2024 22:53:03 GMT": false, "yesterday": false, "": false,
	} {
		resp := response(200, `{}`)
		resp.Header.Set("Date", date)
		answer, err := loginkit.Attempt{Service: "own"}.Read(resp, nil)
		if err != nil {
			t.Fatal(err)
		}
		token, err := answer.Token(client.TokenResponse{Value: "token", ExpiresAt: time.Date(2024, 4, 19, 22, 53, 3, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if end, ok := token.Expiry(); ok != known || ok && end.Sub(token.Received()) != 24*time.Hour {
			t.Errorf("at %q the token ends at %s, known: %t", date, end, ok)
		}
	}
}

// A response that is too large is trouble of a service that has some, and else none that anybody expects.
func TestT5TooLargeByStatus(t *testing.T) {
	for status, want := range map[int]error{
		200: client.ErrUnexpectedResponse, 499: client.ErrUnexpectedResponse, 500: client.ErrUnavailable, 503: client.ErrUnavailable,
	} {
		_, err := loginkit.Attempt{Service: "own"}.Read(response(status, strings.Repeat(" ", 1<<20+1)), nil)
		if !errors.Is(err, want) {
			t.Errorf("%d: %v; want %v", status, err, want)
		}
	}
}

func TestP6TimesSince1970(t *testing.T) {
	for number, want := range map[string]time.Time{
		"999999999":       {}, // too small for a time of today
		"1000000000":      time.Unix(1e9, 0),
		"99999999999":     time.Unix(1e11-1, 0),
		"100000000000":    {}, // seconds or milliseconds?
		"999999999999":    {},
		"1000000000000":   time.UnixMilli(1e12),
		"99999999999999":  time.UnixMilli(1e14 - 1),
		"100000000000000": {},
	} {
		if got := read(t, 200, `{"expires_at":`+number+`}`, "").Time("expires_at"); !got.Equal(want) {
			t.Errorf("%s is %s; want %s", number, got, want)
		}
	}
}

func TestP6SecondsOfALifetime(t *testing.T) {
	for number, want := range map[string]time.Duration{
		"-1": 0, "0": 0, "0.5": 500 * time.Millisecond, "3153600000": 100 * 365 * 24 * time.Hour, "3153600001": 0,
	} {
		if got := read(t, 200, `{"expires_in":`+number+`}`, "").Seconds("expires_in"); got != want {
			t.Errorf("%s is %s; want %s", number, got, want)
		}
	}
}

// node is an object within objects, with a field that gives up the reading beside the token.
type node struct {
	Below *node     `json:"below"`
	At    time.Time `json:"at"`
	Token string    `json:"token"`
}

// Fields are read one by one down to the fifth level: nobody nests a token deeper.
func TestDecodeReadsFiveLevels(t *testing.T) {
	for level, want := range map[int]string{1: "t", 4: "t", 5: "t", 6: ""} {
		body := strings.Repeat(`{"below":`, level-1) + `{"at":"tomorrow","token":"t"}` + strings.Repeat("}", level-1)
		var v node
		if err := read(t, 200, body, "").Decode(&v); err != nil {
			t.Fatal(err)
		}
		last := &v
		for range level - 1 {
			last = last.Below
			if last == nil {
				t.Fatalf("level %d is not there", level)
			}
		}
		if last.Token != want {
			t.Errorf("the token of level %d is %q; want %q", level, last.Token, want)
		}
	}
}

// A login follows no redirect, and the error says where it leads. Other answers with a Location lead nowhere.
func TestHintOfARedirect(t *testing.T) {
	for status, want := range map[int]bool{299: false, 300: true, 302: true, 399: true, 400: false} {
		resp := response(status, "")
		resp.Header.Set("Location", "https://other.example/login?key=1")
		answer, err := loginkit.Attempt{Service: "own"}.Read(resp, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := answer.Unrecognized().Error()
		if got := strings.Contains(text, "it leads to https://other.example/login, "); got != want {
			t.Errorf("%d: %s", status, text)
		}
	}
	if text := read(t, http.StatusFound, "<html>moved</html>", "").Unrecognized().Error(); strings.Contains(text, "leads") {
		t.Errorf("without a Location: %s", text)
	}
}

// Ten names of fields are told, those within objects among them.
func TestNamesOfFields(t *testing.T) {
	object := func(names int, within ...string) string {
		var all []string
		for i := range names {
			all = append(all, fmt.Sprintf(`"a%d":1`, i))
		}
		return "{" + strings.Join(append(all, within...), ",") + "}"
	}
	for name, tt := range map[string]struct {
		body string
		last string
	}{
		"ten":                   {object(10), "a8, a9"},
		"eleven":                {object(11), "a8, and more"},
		"ten with those within": {object(8, `"z":{"x":1,"y":2}`), "z.x, z.y"},
		"eleven with them":      {object(9, `"z":{"x":1,"y":2}`), "a8, z.x, and more"},
		"no usual name":         {`{"a b":1}`, "nor a field with a usual name"},
		"none":                  {`{}`, "it is an empty JSON object"},
		"no object":             {`[]`, "it is no JSON object"},
	} {
		_, err := read(t, 200, tt.body, "").Token(client.TokenResponse{})
		if err == nil || !strings.HasSuffix(err.Error(), tt.last) {
			t.Errorf("%s: %v; want it to end in %q", name, err, tt.last)
		}
	}
}
