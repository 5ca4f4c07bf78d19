package secrets_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/secrets"
)

// A program that fails has printed no secret, however much it has printed. Only one that is ended since it prints too
// much has.
func TestFromCommandThatPrintsAndFails(t *testing.T) {
	t.Setenv(programVariable, "-")
	const longest = maxSecret + len("\ufeff\r\n")
	for length, want := range map[int]error{1: nil, maxSecret: nil, longest: nil, longest + 1: secrets.ErrTooLong} {
		got, err := ask(t.Context(), "out="+strings.Repeat("x", length), "exit")
		_, exited := errors.AsType[*exec.ExitError](err)
		if got != "" || err == nil || exited != (want == nil) || want != nil && !errors.Is(err, want) {
			t.Errorf("%d bytes: %.40q, %v", length, got, err)
		}
	}
}

// The error names the program as the caller has named it, or else by its path.
func TestFromCmdNamesTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no-such-program")
	for want, args := range map[string][]string{"the program vault failed": {"vault", "hunter2"}, "the program " + path + " failed": nil} {
		_, err := secrets.FromCmd(func(context.Context) *exec.Cmd { return &exec.Cmd{Path: path, Args: args} })(t.Context())
		if !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v; want it to begin with %q", err, want)
		}
	}
}
