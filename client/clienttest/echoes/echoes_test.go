// Package echoes_test has servers repeat the secret of a login in their answers: the error must be the same, byte for
// byte, whatever the secret is.
package echoes_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// told is all that a program can learn from an error.
type told struct {
	text, code, field, message string
	status                     int
	kinds                      string
	limited, named             bool
	wait                       time.Duration
}

func tell(err error) told {
	this := told{text: err.Error()}
	if e, ok := errors.AsType[*client.LoginError](err); ok {
		this.code, this.field, this.message, this.status = e.Code, e.Field, e.Message, e.Status
	}
	if e, ok := errors.AsType[*client.RateLimitError](err); ok {
		this.limited, this.named, this.wait = true, e.Named, e.RetryAfter.Round(time.Minute)
	}
	for _, kind := range []error{client.ErrInvalidCredentials, client.ErrInvalidInput, client.ErrUnavailable, client.ErrUnexpectedResponse} {
		if errors.Is(err, kind) {
			this.kinds += kind.Error() + ";"
		}
	}
	return this
}

// excuses reports whether an error may be another one, since nobody can tell what the service says: the secret is the
// name of a part of its answers; it is a word that says why a login fails, and then the kind alone may differ; or what
// it breaks is the head of an answer, and then net/http's words may differ, which hold nothing of it.
func (a answer) excuses(secret string, got, want told) bool {
	switch {
	case got == want:
		return false
	case a.key && slices.Contains(names, secret):
		return true
	case slices.Contains(reasons, strings.ToLower(secret)):
		return got.message == want.message && got.code == want.code && got.field == want.field
	case a.wire:
		theirs := squeezed(got.text)
		return got.kinds == want.kinds && got.status == want.status &&
			(!strings.Contains(theirs, squeezed(secret)) || strings.Contains(squeezed(want.text), squeezed(secret)))
	default:
		return false
	}
}

// squeezed returns a text in small letters and without blanks.
func squeezed(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), "")) }

// TestT6ErrorsDoNotDependOnTheSecret compares the errors of all secrets with those of one. There
// are nine million combinations, so each run takes some of them, and with LATCHKEY_LONG ten times as many.
func TestT6ErrorsDoNotDependOnTheSecret(t *testing.T) {
	step := 997
	if os.Getenv("LATCHKEY_LONG") != "" {
		step = 97
	}
	all, n, compared, differ, excused := answers(), 0, 0, 0, 0
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		login := logins[name]
		t.Run(name, func(t *testing.T) {
			for _, answer := range all {
				for _, encoding := range encodings {
					var want *told
					for _, secret := range secrets() {
						if n++; n%step != 0 {
							continue
						}
						if want == nil {
							is := tell(failure(t, login.with(client.Static(login.reference)), answer.raw(encoding.of(login.reference))))
							want = &is
						}
						got := tell(failure(t, login.with(client.Static(secret)), answer.raw(encoding.of(secret))))
						compared++
						switch {
						case got.status == 0 && got.field != "": // it may not be sent at all
						case answer.excuses(secret, got, *want):
							excused++
						case got != *want:
							if differ++; differ <= 40 {
								t.Errorf("%s: %s: %q:\n%+v\n%+v", answer.name, encoding.name, secret, got, *want)
							}
						}
					}
				}
			}
		})
	}
	fmt.Printf("%d errors compared, of %d answers in %d encodings with %d secrets; %d differ, and %d for a reason\n",
		compared, len(all), len(encodings), len(secrets()), differ, excused)
}
