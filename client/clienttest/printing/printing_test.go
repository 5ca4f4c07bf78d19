// Package printing tests that nothing which a program can get hold of prints a secret.
package printing

import (
	"strings"
	"testing"
)

// However something of ours is printed, logged or marshalled, alone or within something else, no secret is in it, in
// whatever spelling.
func TestT6NothingPrintsASecret(t *testing.T) {
	texts, checks := 0, 0
	for _, set := range secretSets {
		wanted := map[string]map[string]string{}
		for what, secret := range set.all() {
			wanted[what] = spellings(secret)
		}
		for _, v := range values(t, set) {
			for holder, held := range holders(v.v) {
				if v.bare && inUnexported(holder) {
					continue
				}
				for way, text := range prints(held) {
					texts++
					for what, forms := range wanted {
						for spelling, form := range forms {
							checks++
							if strings.Contains(text, form) {
								t.Errorf("%s %s, by %s: the %s (%s) is in %.300q", v.name, holder, way, what, spelling, text)
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d prints, in which %d spellings of secrets were looked for", texts, checks)
}
