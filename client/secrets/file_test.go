package secrets_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/secrets"
)

const maxSecret = 64 << 10

func write(t *testing.T, content string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFromFile(t *testing.T) {
	long := strings.Repeat("x", maxSecret)
	for content, want := range map[string]string{
		"your-password":       "your-password",
		"your-password\n":     "your-password",
		"your-password\r\n":   "your-password",
		"your-password\n\n":   "your-password\n",
		"your-password\r\n\n": "your-password\r\n",
		"your-password\r":     "your-password\r",
		"\nyour-password":     "\nyour-password",
		" blanks \t\n":        " blanks \t",
		"two\nlines\n":        "two\nlines",
		"\x00\xff\n":          "\x00\xff",
		"\n\n":                "\n",
		long:                  long,
		long + "\r\n":         long,

		"\ufeffyour-password\r\n":   "your-password",
		"\ufeff" + long + "\r\n":    long,
		"\ufeff\ufeffyour-password": "\ufeffyour-password",
	} {
		if got, err := secrets.FromFile(write(t, content))(t.Context()); err != nil || got != want {
			t.Errorf("%.20q of %d bytes: %.20q of %d bytes, %v", content, len(content), got, len(got), err)
		}
	}
}

// The file is read at each login, and not before.
func TestFromFileIsReadEachTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	secret := secrets.FromFile(path)
	for _, want := range []string{"old", "new"} {
		if err := os.WriteFile(path, []byte(want+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := secret(t.Context()); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

func TestFromFileSaysWhatToDo(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		path  string
		kind  error
		wants []string
	}{
		{"missing", t.Context(), nowhere, fs.ErrNotExist, []string{nowhere, "check its path and mode"}},
		{"no path", t.Context(), "", fs.ErrNotExist, []string{"check its path and mode"}},
		{"empty", t.Context(), write(t, ""), secrets.ErrEmpty, []string{"password is empty: it must hold the secret"}},
		{"a newline", t.Context(), write(t, "\n"), secrets.ErrEmpty, []string{"is empty"}},
		{"\\r\\n", t.Context(), write(t, "\r\n"), secrets.ErrEmpty, []string{"is empty"}},
		{"long", t.Context(), write(t, strings.Repeat("hunter2", 1<<20)), secrets.ErrTooLong, []string{"has more than 64 KiB", "password"}},
		{"one more", t.Context(), write(t, strings.Repeat("x", maxSecret+1)), secrets.ErrTooLong, nil},
		{"one more and a newline", t.Context(), write(t, strings.Repeat("x", maxSecret+1)+"\n"), secrets.ErrTooLong, nil},
		{"a folder", t.Context(), t.TempDir(), nil, []string{"check its path and mode"}},
		{"an ended context", ended, write(t, "your-password"), context.Canceled, nil},
	} {
		got, err := secrets.FromFile(tt.path)(tt.ctx)
		if err == nil || got != "" || tt.kind != nil && !errors.Is(err, tt.kind) {
			t.Errorf("%s: %q, %v; want %v", tt.name, got, err, tt.kind)
			continue
		}
		for _, want := range tt.wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q in it", tt.name, err, want)
			}
		}
		if strings.Contains(err.Error(), "hunter2") || len(err.Error()) > 500 {
			t.Errorf("%s: the error repeats the file: %.200v", tt.name, err)
		}
	}
}
