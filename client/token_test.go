package client_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

func TestNewToken(t *testing.T) {
	token, err := client.NewToken(client.TokenResponse{Value: "abc.def-_~+/=", Extra: map[string]string{"id": "7"}})
	if err != nil {
		t.Fatal(err)
	}
	if token.Value() != "abc.def-_~+/=" || token.Type() != "Bearer" {
		t.Errorf("value %q, type %q", token.Value(), token.Type())
	}
	if id, ok := token.Extra("id"); id != "7" || !ok {
		t.Errorf("Extra(id) = %q, %t", id, ok)
	}
	if _, ok := token.Extra("other"); ok {
		t.Error("Extra has a field that was not granted")
	}
	if _, known := token.Expiry(); known {
		t.Error("an expiry is known that nobody stated")
	}
	if !token.Equal(token) || token.Equal(client.Token{}) {
		t.Error("Equal is not by value")
	}
}

func TestNewTokenRefuses(t *testing.T) {
	for _, value := range []string{"", "two words", "line\nbreak", "tab\t", "nul\x00", "del\x7f", "bücher", "\xff"} {
		token, err := client.NewToken(client.TokenResponse{Value: value})
		if err == nil || token.Value() != "" {
			t.Errorf("NewToken(%q) = %q, %v; want an error", value, token.Value(), err)
		}
		if err != nil && value != "" && strings.Contains(err.Error(), value) {
			t.Errorf("NewToken(%q): the error repeats the value", value)
		}
	}
	if _, err := client.NewToken(client.TokenResponse{Value: "ok", Type: "Bearer\r\nX-Evil:"}); err == nil {
		t.Error("a type with a line break was taken")
	}
}

// C15: each request would carry it, and servers refuse requests with longer headers.
func TestNewTokenRefusesALongToken(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		value, typ int
		taken      bool
	}{{16<<10 - 6, 0, true}, {16<<10 - 5, 0, false}, {900 << 10, 0, false}, {10 << 10, 6 << 10, true}, {10 << 10, 6<<10 + 1, false}, {1, 900 << 10, false}} {
		_, err := client.NewToken(client.TokenResponse{Value: long(tt.value), Type: long(tt.typ)})
		if (err == nil) != tt.taken {
			t.Errorf("a value of %d and a type of %d bytes: %v", tt.value, tt.typ, err)
		}
		if err != nil && err.Error() != "its token is longer than 16 KiB" {
			t.Error(err)
		}
	}
	token, err := client.NewToken(client.TokenResponse{Value: "t", Extra: map[string]string{"id": "7", "name": long(900 << 10)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := token.Extra("name"); ok {
		t.Error("900 KiB beside the token were kept")
	}
	if id, ok := token.Extra("id"); !ok || id != "7" {
		t.Errorf("id %q, %t", id, ok)
	}
}

func TestTokenTypeIsBearerInAnySpelling(t *testing.T) {
	for given, want := range map[string]string{"": "Bearer", "bearer": "Bearer", "BEARER": "Bearer", "JWT": "JWT"} {
		token, err := client.NewToken(client.TokenResponse{Value: "x", Type: given})
		if err != nil || token.Type() != want {
			t.Errorf("type %q became %q, %v; want %q", given, token.Type(), err, want)
		}
	}
}

// C6: a back end may repeat anything as the type of its token, such as the password. Only the usual words are printed.
func TestT6OddTypeIsNotPrinted(t *testing.T) {
	printed := func(typ string) string {
		token, err := client.NewToken(client.TokenResponse{Value: "the-value", Type: typ, ExpiresIn: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(token)
		if err != nil || token.Type() != typ {
			t.Fatal(err, token.Type())
		}
		return fmt.Sprintf("%v %+v %#v %s %q %x", token, token, token, token, token, token) + string(text) + token.LogValue().String()
	}
	for _, odd := range []string{"hunter2", "correct-horse", "Bearer2", "BearerX", "hunter2Bearer", "t0k3n", "bearer_", "aHVudGVyMg==", "68756e74657232", "p%40ss", strings.Repeat("x", 5000)} {
		if text := printed(odd); strings.Contains(text, odd) || !strings.Contains(text, "[redacted]") {
			t.Errorf("the type %.30q is in %.200s", odd, text)
		}
	}
	for _, usual := range []string{"Bearer", "Token", "JWT", "Basic", "MAC", "DPoP", "apikey"} {
		if text := printed(usual); !strings.Contains(text, usual+" [redacted]") {
			t.Errorf("the type %s is not in %s", usual, text)
		}
	}
}

func TestZeroToken(t *testing.T) {
	var token client.Token
	_, known := token.Expiry()
	_, extra := token.Extra("x")
	empty := token.Value() == "" && token.Type() == "" && token.Received().IsZero() && token.String() == "no token"
	if !empty || known || extra {
		t.Errorf("the zero Token is not empty: %v", token)
	}
}
