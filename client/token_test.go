package client_test

import (
	"strings"
	"testing"

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

func TestTokenTypeIsBearerInAnySpelling(t *testing.T) {
	for given, want := range map[string]string{"": "Bearer", "bearer": "Bearer", "BEARER": "Bearer", "JWT": "JWT"} {
		token, err := client.NewToken(client.TokenResponse{Value: "x", Type: given})
		if err != nil || token.Type() != want {
			t.Errorf("type %q became %q, %v; want %q", given, token.Type(), err, want)
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
