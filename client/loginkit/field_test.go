package loginkit_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

func TestFieldCheck(t *testing.T) {
	limited := loginkit.Field{Name: "data.email", MinLength: 3, MaxLength: 5}
	formatted := loginkit.Field{Name: "code", Pattern: regexp.MustCompile(`^a::.+$`)}
	for _, tt := range []struct {
		field loginkit.Field
		value string
		why   string // "": allowed
	}{
		{limited, "", "is required"},
		{limited, "ab", "at least 3 characters"},
		{limited, "abc", ""},
		{limited, "äöü", ""},
		{limited, "äö", "at least 3 characters"},
		{limited, "😀😀😀😀😀", ""},
		{limited, "😀😀😀😀😀😀", "at most 5 characters"},
		{limited, "abcdef", "at most 5 characters"},
		{limited, "ab\xff", "UTF-8"},
		{formatted, "a::b", ""},
		{formatted, "a::", "must match ^a::.+$"},
		{formatted, "b::c", "must match ^a::.+$"},
		{loginkit.Field{Name: "free"}, strings.Repeat("x", 1<<16), ""},
	} {
		err := tt.field.Check("any", tt.value)
		if tt.why == "" {
			if err != nil {
				t.Errorf("%s %q: %v", tt.field.Name, tt.value, err)
			}
			continue
		}
		e, ok := errors.AsType[*client.LoginError](err)
		if !ok || !errors.Is(err, client.ErrInvalidInput) || e.Field != tt.field.Name || e.Service != "any" {
			t.Errorf("%s %q: %#v; want ErrInvalidInput about the field", tt.field.Name, tt.value, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), "any: "+tt.field.Name+" ") || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s %q: %q; want %q", tt.field.Name, tt.value, err, tt.why)
		}
	}
}

func TestFieldAsk(t *testing.T) {
	field := loginkit.Field{Name: "password"}
	if _, err := field.Ask(context.Background(), "any", nil); !errors.Is(err, client.ErrInvalidInput) || !strings.Contains(err.Error(), "password") {
		t.Errorf("no Secret: %v; want ErrInvalidInput that names the field", err)
	}
	if got, err := field.Ask(context.Background(), "any", client.Static("hunter2")); got != "hunter2" || err != nil {
		t.Errorf("Ask = %q, %v", got, err)
	}
	broken := errors.New("vault is sealed")
	if _, err := field.Ask(context.Background(), "any", func(context.Context) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("Ask = %v; want the Secret's own error", err)
	}
}
