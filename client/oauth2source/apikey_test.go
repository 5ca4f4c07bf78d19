package oauth2source_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/oauth2source"
)

// Package oauth2 would put an API key behind a type into the wrong header. The error says which header it is for.
func TestTokenOfAnotherHeader(t *testing.T) {
	key := "bs_" + strings.Repeat("0123456789abcdef", 4)
	c, err := client.New(bleepay.APIKey{Name: "shop", Key: client.Static(key)})
	if err != nil {
		t.Fatal(err)
	}
	token, err := oauth2source.New(t.Context(), c).Token()
	if token != nil || !errors.Is(err, client.ErrInvalidInput) {
		t.Fatalf("%v; want ErrInvalidInput", err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "bleepay") || !strings.HasSuffix(text, "alone into X-Api-Key") || strings.Contains(text, key) {
		t.Error(text)
	}
}
