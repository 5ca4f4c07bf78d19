package scrub_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

func TestSeveralSecrets(t *testing.T) {
	const secret = "hunter2 & co" + scrub.Separator + "" + scrub.Separator + "s3&cret"
	for text, want := range map[string]bool{
		"wrong client":                      false,
		"hunter2":                           false, // it is short, and so half of it tells nothing
		"you sent s3&cret":                  true,
		"you sent hunter2 & co":             true,
		"client=s3%26cret":                  true,
		"you sent aHVudGVyMiAmIGNv":         true,
		"hunter2 & co\xff\xffs3&cret, both": true,
	} {
		if got := scrub.Holds(text, secret); got != want {
			t.Errorf("Holds(%q) = %v", text, got)
		}
	}
	if !scrub.Holds("it is a\xffb", "a\xffb") || !scrub.Holds("\xff", "\xff") {
		t.Error("a secret that is no UTF-8 is not found")
	}
}
