package loginkit_test

import (
	"testing"
	"time"
)

// What a careless server writes around the token or beside it costs no token.
func TestNoTokenIsLostOverFalseJSON(t *testing.T) {
	for name, body := range map[string]string{
		"two BOMs":    "\ufeff\ufeff" + `{"access_token":"t"}`,
		"nl BOM":      "\n\ufeff" + `{"access_token":"t"}`,
		"NaN":         `{"access_token":"t","score":NaN}`,
		"Infinity":    `{"access_token":"t","rate":Infinity}`,
		"raw newline": "{\"access_token\":\"t\",\"motd\":\"a\nb\"}",
		"raw tab":     "{\"access_token\":\"t\",\"motd\":\"a\tb\"}",
		"NUL after":   "{\"access_token\":\"t\"}\x00",
		"comma":       `{"access_token":"t",}`,
		"xssi":        ")]}',\n" + `{"access_token":"t"}`,
		"vt":          "\v{\"access_token\":\"t\"}",
		"nbsp":        "\u00a0{\"access_token\":\"t\"}",
		"escape":      `{"access_token":"t","path":"C:\Users"}`,
		"apostrophe":  `{"access_token":"t","name":"O\'Neil"}`,
	} {
		a := read(t, 200, body, "")
		if token := a.Text("access_token"); token != "t" {
			t.Errorf("%s: Text %q", name, token)
		}
		var v struct {
			Token string `json:"access_token"`
		}
		if err := a.Decode(&v); err != nil || v.Token != "t" {
			t.Errorf("%s: Decode: %q, %v", name, v.Token, err)
		}
	}
}

// What is mended is nothing within a text.
func TestTextsOfFalseJSONStay(t *testing.T) {
	const text = `NaN, Infinity,}` + "\u0041\n" + `\U \"`
	a := read(t, 200, `{"token":"`+text+`","score":NaN,}`, "")
	if got, want := a.Text("token"), "NaN, Infinity,}A\n\\U \""; got != want {
		t.Errorf("Text = %q; want %q", got, want)
	}
}

// A body with a second value is no JSON: it is not known which one counts.
func TestTwoValuesAreNoJSON(t *testing.T) {
	for _, body := range []string{`{"token":"a"}{"token":"b"}`, `{"token":"a"} OK`, `{"token":01}`} {
		if a := read(t, 200, body, ""); a.Object() != nil {
			t.Errorf("%s is read as %v", body, a.Object())
		}
	}
}

// A field that cannot be read costs no other, also if it lies deeper, and if its own UnmarshalJSON gives up.
func TestDecodeReadsWhatItCan(t *testing.T) {
	type data struct {
		ExpiresAt time.Time `json:"expires_at"`
		Token     string    `json:"token"`
	}
	for _, body := range []string{
		`{"data":{"expires_at":"2024-04-19 22:53:03","token":"t"}}`,
		`{"data":{"token":"t","expires_at":"2024-04-19 22:53:03"}}`,
		`{"data":{"expires_at":[1],"token":"t"},"user_id":"x"}`,
	} {
		var v struct {
			Data   data `json:"data"`
			UserID int  `json:"user_id"`
		}
		if err := read(t, 200, body, "").Decode(&v); err != nil || v.Data.Token != "t" {
			t.Errorf("%s: %q, %v", body, v.Data.Token, err)
		}
	}
}

// Of two spellings of a field the same one counts each time.
func TestDecodeIsTheSameEachTime(t *testing.T) {
	answer := read(t, 200, `{"token":"a","Token":"b","user_id":"x"}`, "")
	for range 100 {
		var v struct {
			Token  string
			UserID int `json:"user_id"`
		}
		if err := answer.Decode(&v); err != nil || v.Token != "a" {
			t.Fatalf("%q, %v; want a", v.Token, err)
		}
	}
}
