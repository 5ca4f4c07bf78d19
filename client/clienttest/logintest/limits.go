package logintest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// fillers have 1, 2 and 4 bytes, since the limits count characters. The digit is for what takes digits alone.
var fillers = []string{"x", "é", "🔑", "7"}

// testLimits tests every field at the limits of the spec, and beyond them.
func (l login) testLimits(t *testing.T) {
	for _, f := range l.fields(t, l.Route, l.Variant) {
		t.Run(f.path, func(t *testing.T) {
			for _, value := range l.within(f) {
				t.Run(abridged(value)+" is sent", func(t *testing.T) { l.testSent(t, f, value) })
			}
			for value, limit := range l.beyond(f) {
				t.Run(abridged(value)+" is not", func(t *testing.T) { l.testNotSent(t, f, value, limit) })
			}
		})
	}
	t.Run("no Secret", func(t *testing.T) {
		c, err := client.New(l.New("https://api.example.com", l.Fields, nil), client.WithTransport(unreachable(t)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Token(t.Context())
		l.checkField(t, err, l.SecretField, "required")
	})
}

// prefix returns the text that the adapter puts before a field's value.
func (l login) prefix(path string) string {
	if path == l.SecretField {
		return l.Prefix
	}
	return ""
}

// within returns the shortest and the longest values that may be sent.
func (l login) within(f field) []string {
	prefix := utf8.RuneCountInString(l.prefix(f.path))
	shortest, longest := max(f.min-prefix, 1), f.max-prefix
	if f.max == 0 {
		longest = 20_000
	}
	var values []string
	for _, filler := range fillers {
		values = append(values, strings.Repeat(filler, shortest), strings.Repeat(filler, longest))
	}
	return slices.DeleteFunc(values, func(value string) bool { return !f.allows(l.prefix(f.path) + value) })
}

// beyond returns values that must not be sent, each with a text that the error must contain.
func (l login) beyond(f field) map[string]string {
	prefix := utf8.RuneCountInString(l.prefix(f.path))
	shortest := max(f.min-prefix, 1)
	values := map[string]string{
		"":                                     "is required",
		strings.Repeat("x", shortest) + "\xff": "UTF-8",
		"\xc3" + strings.Repeat("é", shortest): "UTF-8",
		strings.Repeat("🔑", shortest) + "\xf0\x9f": "UTF-8",
	}
	if prefix > 0 && f.pattern != "" {
		values[""] = f.pattern // the prefix alone
	}
	for _, filler := range fillers {
		if shortest > 1 {
			values[strings.Repeat(filler, shortest-1)] = fmt.Sprintf("at least %d characters", f.min)
		}
		if f.max > 0 {
			values[strings.Repeat(filler, f.max-prefix+1)] = fmt.Sprintf("at most %d characters", f.max)
		}
	}
	for _, value := range l.Breaks[f.path] {
		values[value] = f.pattern
	}
	return values
}

// abridged returns the name of a value in the tests' output.
func abridged(value string) string {
	if n := utf8.RuneCountInString(value); n > 4 {
		return strconv.Itoa(n) + " × " + strconv.Quote(string([]rune(value)[:1])) + " to " + strconv.Quote(value[len(value)-1:])
	}
	return strconv.Quote(value)
}

// testSent logs in with a value. The sandbox checks every request against the spec.
func (l login) testSent(t *testing.T, f field, value string) {
	fields := l.with(f.path, value)
	server := l.start(t, sandbox.Config{InProcess: true}, fields)
	if _, err := l.token(t.Context(), server.URL, fields, client.WithTransport(server.Transport())); err != nil {
		t.Error(err)
	}
	if counts := server.Counts(); counts.Logins != 1 || counts.Requests != 1 {
		t.Errorf("%+v, want one login", counts)
	}
}

// testNotSent expects a value to be refused before anything is sent.
func (l login) testNotSent(t *testing.T, f field, value, limit string) {
	_, err := l.token(t.Context(), "https://api.example.com", l.with(f.path, value), client.WithTransport(unreachable(t)))
	l.checkField(t, err, f.path, limit)
	if value != "" && strings.Contains(err.Error(), value) {
		t.Errorf("the error holds the value: %v", err)
	}
}

// checkField checks an error about a field, for which nothing was sent.
func (l login) checkField(t *testing.T, err error, path, limit string) {
	t.Helper()
	got, ok := errors.AsType[*client.LoginError](err)
	if !ok {
		t.Fatalf("%T is no *client.LoginError: %v", err, err)
	}
	if got.Service != l.Name || got.Field != path || got.Status != 0 {
		t.Errorf("the error is of %q, field %q, status %d, want %q, %q, 0", got.Service, got.Field, got.Status, l.Name, path)
	}
	for _, part := range []string{l.Name + ": ", path, limit} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
	checkKind(t, err, client.ErrInvalidInput)
}

// unreachable fails the test if anything is sent.
func unreachable(t *testing.T) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", req.Method, req.URL)
		return nil, errors.New("unreachable")
	})
}
