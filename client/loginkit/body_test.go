package loginkit_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// read returns the answer to a login with a secret.
func read(t *testing.T, status int, body, secret string) *loginkit.Answer {
	t.Helper()
	answer, err := loginkit.Attempt{Service: "own", Method: "password", Secret: secret}.Read(response(status, body), nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// utf16LE returns a text as Windows writes it, with a byte-order mark.
func utf16LE(text string) string {
	bytes := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		bytes = append(bytes, byte(unit), byte(unit>>8))
	}
	return string(bytes)
}

// A page is told by its body.
func TestIsHTML(t *testing.T) {
	const bom = "\xef\xbb\xbf"
	for body, want := range map[string]bool{
		"<!doctype html><title>x</title>":                        true,
		"<!DOCTYPE\n HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">": true,
		" \r\n\t<html>":        true,
		bom + "<html lang=en>": true,
		bom + "\n<!-- a\n>b\n-->\n<!--[if IE]><![endif]--><html>": true,
		`<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html/>`:  true,
		"<HEAD><TITLE>403</TITLE></HEAD>":                         true,
		"<body bgcolor=white>":                                    true,
		"<h1>Forbidden</h1>":                                      true,
		"<script>location = '/login'</script>":                    true,
		utf16LE("<html>"):                                         true,
		"":                                                        false,
		"<":                                                       false,
		"<>":                                                      false,
		"<!-- never closed <html>":                                false,
		"Invalid username or password":                            false,
		"Use <html> tags":                                         false,
		"<b>Invalid</b> password":                                 false,
		"<htmlx>":                                                 false,
		`<?xml version="1.0"?><error><message>no</message></error>`: false,
		"<Error><Code>AccessDenied</Code></Error>":                  false,
		`{"message":"<html>"}`:                                      false,
		`"<html>"`:                                                  false,
		"\x00\x01\x02":                                              false,
	} {
		for _, contentType := range []string{"text/html; charset=utf-8", "application/json", ""} {
			answer := read(t, http.StatusOK, body, "")
			answer.Header.Set("Content-Type", contentType)
			if got := answer.IsHTML(); got != want {
				t.Errorf("%q as %s: a page: %t; want %t", body, contentType, got, want)
			}
		}
	}
}

// A byte-order mark does not make JSON unreadable.
func TestByteOrderMark(t *testing.T) {
	const body = `{"token":"t","name":"é🔑"}`
	for name, body := range map[string]string{
		"none": body, "UTF-8": "\xef\xbb\xbf" + body, "UTF-16": utf16LE(body), "UTF-16, an odd byte": utf16LE(body) + "\n",
	} {
		answer := read(t, http.StatusOK, body, "")
		var decoded struct{ Token, Name string }
		if err := answer.Decode(&decoded); err != nil || decoded.Token != "t" || decoded.Name != "é🔑" {
			t.Errorf("%s: Decode: %+v, %v", name, decoded, err)
		}
		if answer.Text("token") != "t" || answer.Object()["name"] != "é🔑" || !answer.Contains("é🔑") {
			t.Errorf("%s: %v", name, answer.Object())
		}
	}
}

// A field of another type costs no other field.
func TestDecodeOtherTypes(t *testing.T) {
	answer := read(t, http.StatusOK, `{"expires_at":1713567183,"user_id":"4711","limits":7,"token":"t","expires_in":1e40,"roles":{}}`, "")
	var body struct {
		At      time.Time `json:"expires_at"`
		UserID  int64     `json:"user_id"`
		Limits  []string
		Token   string
		Expires int   `json:"expires_in"`
		Roles   []int `json:"roles"`
	}
	if err := answer.Decode(&body); err != nil || body.Token != "t" {
		t.Errorf("%+v, %v; want the token", body, err)
	}
	for _, broken := range []string{"", "{", `{"token":"t"}{}`, `{"token":"t"`, "token=t", "<html>", "[]", "7"} {
		err := read(t, http.StatusOK, broken, "").Decode(&body)
		if !errors.Is(err, client.ErrUnexpectedResponse) {
			t.Errorf("%q: %v; want ErrUnexpectedResponse", broken, err)
		}
	}
}

func TestObjectKeepsDigits(t *testing.T) {
	answer := read(t, http.StatusOK, `{"id":9007199254740993}`, "")
	if id := answer.Object()["id"]; id != json.Number("9007199254740993") {
		t.Errorf("id is %v, a %T", id, id)
	}
	for _, other := range []string{`[{"id":1}]`, `"text"`, `null`, `{"a":1}{"b":2}`, ``} {
		if object := read(t, http.StatusOK, other, "").Object(); object != nil {
			t.Errorf("%s: %v; want no object", other, object)
		}
	}
}
