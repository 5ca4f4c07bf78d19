package scrub_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

type panicking struct{}

func (panicking) Error() string { panic("no text") }

func TestOneLine(t *testing.T) {
	if scrub.OneLine(nil) != nil {
		t.Error("an error of none")
	}
	fine := errors.New("connection refused")
	if scrub.OneLine(fine) != fine { //nolint:errorlint // it is to be the same
		t.Error("a fine error is another one")
	}
	for _, text := range []string{"a\nb", "a\r\nlevel=error", "\x1b[31mred", "\u202eright to left", "a\x00", "bad \xff", strings.Repeat("x", 5000), strings.Repeat("é", 501)} {
		cause := fmt.Errorf("%s: %w", text, context.DeadlineExceeded)
		err := scrub.OneLine(cause)
		line := err.Error()
		if strings.ContainsAny(line, "\r\n\x1b\x00\u202e") || !utf8.ValidString(line) || utf8.RuneCountInString(line) > 501 {
			t.Errorf("%.20q becomes %q", text, line)
		}
		if !errors.Is(err, cause) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%.20q: the cause is lost", text)
		}
		if timeout, ok := err.(interface{ Timeout() bool }); !ok || !timeout.Timeout() {
			t.Errorf("%.20q: it is no time-out", text)
		}
	}
	_ = scrub.OneLine(panicking{}) // it does not panic
}
