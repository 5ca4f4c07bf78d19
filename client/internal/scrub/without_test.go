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
		{"Password a b is wrong, ab", "ab", "Password is wrong, ab", "Password is wrong,"},
		{"Passwords ab and ab", "ab", "Passwords ab and ab", "Passwords and"},
		{"Of four YWJjZA==", "abcd", "Of four", "Of four"},
		{"Of three YWJj", "abc", "Of three YWJj", "Of three YWJj"},
		{"Of 'a-b.' only a - b", "a-b.", "Of '' only a - b", "Of '' only a - b"},
		{"Passwords a b and a b", "ab", "Passwords and", "Passwords and"},
		{"Passwords (a b), &#97;&#98;", "ab", "Passwords", "Passwords"},
		{"It ends in a", "ab", "It ends in a", "It ends in a"},
		{"Password o n e is wrong", "one", "Password is wrong", "Password is wrong"},
		{"nothing of it", "hunter2", "nothing of it", "nothing of it"},
	} {
		for whole, want := range map[bool]string{false: tt.certain, true: tt.whole} {
			if got := strings.Join(strings.Fields(Without(tt.text, tt.secret, whole)), " "); got != want {
				t.Errorf("Without(%q, %q, %t) = %q; want %q", tt.text, tt.secret, whole, got, want)
			}
		}
	}
}

// A hostile text may repeat a secret without end. It is cut out of it forty times, twenty as a whole
// and twenty with its halves.
func TestWithoutIsBounded(t *testing.T) {
	const echo = "aHVudGVyMg=="
	for count, left := range map[int]int{1: 0, 2 * maxCuts: 0, 2*maxCuts + 1: 1, 2*maxCuts + 5: 5} {
		got := Without(strings.Repeat(echo+" ", count), "hunter2", true)
		if n := strings.Count(got, echo); n != left {
			t.Errorf("%d of %d are left; want %d", n, count, left)
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
