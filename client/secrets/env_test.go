package secrets_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/secrets"
)

const variable = "LATCHKEY_TEST_SECRET"

func TestFromEnv(t *testing.T) {
	for _, value := range []string{"your-password", " with blanks ", "line\n", "pä§§wörd"} {
		t.Setenv(variable, value)
		if got, err := secrets.FromEnv(variable)(t.Context()); err != nil || got != value {
			t.Errorf("%q: %q, %v", value, got, err)
		}
	}
}

// A variable that changes is asked anew.
func TestFromEnvIsAskedEachTime(t *testing.T) {
	secret := secrets.FromEnv(variable)
	for _, value := range []string{"old", "new"} {
		t.Setenv(variable, value)
		if got, err := secret(t.Context()); err != nil || got != value {
			t.Errorf("%q, %v; want %q", got, err, value)
		}
	}
}

func TestFromEnvSaysWhatToDo(t *testing.T) {
	t.Setenv(variable, "")
	for _, tt := range []struct {
		name, want string
		kind       error
	}{
		{"LATCHKEY_TEST_NOT_SET", "the variable LATCHKEY_TEST_NOT_SET is not set: it must hold the secret", fs.ErrNotExist},
		{variable, "the variable " + variable + " is empty: it must hold the secret", secrets.ErrEmpty},
	} {
		got, err := secrets.FromEnv(tt.name)(t.Context())
		if !errors.Is(err, tt.kind) || got != "" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}
