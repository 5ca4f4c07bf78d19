package client_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
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
	if token.Value() != "" || token.Type() != "" || known || extra || !token.Received().IsZero() || token.String() != "no token" {
		t.Errorf("the zero Token is not empty: %v", token)
	}
}

// jwt makes an unsigned token with the given claims.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".c2ln"
}

func TestTokenLifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		unix := now.Unix()
		for _, tt := range []struct {
			name  string
			grant client.TokenResponse
			want  time.Duration // 0: unknown
		}{
			{"opaque", client.TokenResponse{Value: "x"}, 0},
			{"lifetime", client.TokenResponse{Value: "x", ExpiresIn: time.Hour}, time.Hour},
			{"negative lifetime", client.TokenResponse{Value: "x", ExpiresIn: -time.Hour}, 0},
			{"time", client.TokenResponse{Value: "x", ExpiresAt: now.Add(time.Minute)}, time.Minute},
			{"expired on arrival", client.TokenResponse{Value: "x", ExpiresAt: now.Add(-time.Minute)}, 0},
			{"lifetime before time", client.TokenResponse{Value: "x", ExpiresIn: time.Hour, ExpiresAt: now.Add(time.Minute)}, time.Hour},
			{"JWT", client.TokenResponse{Value: jwt(fmt.Sprintf(`{"exp":%d}`, unix+600))}, 10 * time.Minute},
			{"JWT with padding", client.TokenResponse{Value: strings.Replace(jwt(fmt.Sprintf(`{"exp":%d}`, unix+600)), ".c2ln", "=.c2ln", 1)}, 10 * time.Minute},
			{"JWT, fraction", client.TokenResponse{Value: jwt(fmt.Sprintf(`{"exp":%d.5}`, unix+600))}, 10*time.Minute + 500*time.Millisecond},
			{"JWT of a clock 2 h ahead", client.TokenResponse{Value: jwt(fmt.Sprintf(`{"iat":%d,"exp":%d}`, unix+7200, unix+7200+600))}, 10 * time.Minute},
			{"JWT of a clock 2 h behind", client.TokenResponse{Value: jwt(fmt.Sprintf(`{"iat":%d,"exp":%d}`, unix-7200, unix-7200+600))}, 10 * time.Minute},
			{"JWT without exp", client.TokenResponse{Value: jwt(`{"iat":1}`)}, 0},
			{"JWT, exp is text", client.TokenResponse{Value: jwt(`{"exp":"tomorrow"}`)}, 0},
			{"JWT, exp in milliseconds", client.TokenResponse{Value: jwt(fmt.Sprintf(`{"exp":%d000}`, unix+600))}, 0},
			{"JWT, huge exp", client.TokenResponse{Value: jwt(`{"exp":1e300}`)}, 0},
			{"JWT, negative exp", client.TokenResponse{Value: jwt(`{"exp":-5}`)}, 0},
			{"JWT, no object", client.TokenResponse{Value: jwt(`[1]`)}, 0},
			{"three parts, no JWT", client.TokenResponse{Value: "a.!.c"}, 0},
		} {
			token, err := client.NewToken(tt.grant)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			expiry, known := token.Expiry()
			if known != (tt.want != 0) || known && expiry.Sub(token.Received()).Round(time.Millisecond) != tt.want {
				t.Errorf("%s: expiry %s after issue, known %t; want %s", tt.name, expiry.Sub(token.Received()), known, tt.want)
			}
			if !token.Received().Equal(now) {
				t.Errorf("%s: issued %s; want now", tt.name, token.Received())
			}
		}
	})
}
