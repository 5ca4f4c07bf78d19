package scrub

import (
	"errors"
	"fmt"
	"html"
	"strings"
	"syscall"
	"testing"
)

func TestWithout(t *testing.T) {
	long := "5KrUt2Y'moeo&FpUh>31 9*'rqb2d7Ks5_gqp2hd<H=UNpgC japxLz0%E5!0fL3cksSy5N=h2b6R"
	for _, tt := range []struct{ text, secret, certain, whole string }{
		{"Wrong password: hunter2.", "hunter2", "Wrong password: .", "Wrong password: ."},
		{"The value 'HUNTER2' is bad", "hunter2", "The value '' is bad", "The value '' is bad"},
		{"Password hunter2 is wrong", "hunter2", "Password hunter2 is wrong", "Password is wrong"},
		{"Password aHVudGVyMg== is wrong", "hunter2", "Password is wrong", "Password is wrong"},
		{"Password h u n t e r 2 is wrong", "hunter2", "Password is wrong", "Password is wrong"},
		{"Invalid password", "password", "Invalid password", "Invalid"},
		{"Invalid passwords", "password", "Invalid passwords", "Invalid passwords"},
		{"Password &#101; is wrong, e", "e", "Password is wrong, e", "Password is wrong,"},
		{"Password " + html.EscapeString(long) + " is wrong", long, "Password is wrong", "Password is wrong"},
		{"These credentials do not match", "credentials refused", "These credentials do not match", "These do not match"},
		{"nothing of it", "hunter2", "nothing of it", "nothing of it"},
	} {
		for whole, want := range map[bool]string{false: tt.certain, true: tt.whole} {
			if got := strings.Join(strings.Fields(Without(tt.text, tt.secret, whole)), " "); got != want {
				t.Errorf("Without(%q, %q, %t) = %q; want %q", tt.text, tt.secret, whole, got, want)
			}
		}
	}
}

type quoting struct{ words string }

func (q *quoting) Error() string { return fmt.Sprintf("it answered %q", q.words) }

func TestQuoteless(t *testing.T) {
	cause := &quoting{"half of a secret"}
	err := Quoteless(fmt.Errorf("no luck: %w: %w", cause, syscall.ECONNRESET))
	if text := err.Error(); text != `no luck: it answered "…": `+syscall.ECONNRESET.Error() {
		t.Error(text)
	}
	if found, ok := errors.AsType[*quoting](err); !ok || found != cause || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%v has lost its cause", err)
	}
	if text := fmt.Sprintf("%+v %#v %s", err, err, errors.Unwrap(err)); strings.Contains(text, "half") {
		t.Errorf("%s: a print shows what was quoted", text)
	}
	if err := errors.New("nothing quoted"); Quoteless(err) != err { //nolint:errorlint // the very same
		t.Errorf("%v; want the same error", Quoteless(err))
	}
}
