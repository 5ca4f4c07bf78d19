package retryafter

import (
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
)

// quoted is the name of a policy, in which a comma separates nothing.
var quoted = lazy.Regexp(`"(?:[^"\\]|\\.)*"`)

// structured reads the field RateLimit of the IETF's drafts. Later drafts have `"name";r=0;t=60` for each policy,
// earlier ones `limit=2, remaining=0, reset=60`. The longest time counts of the policies of which nothing remains.
func structured(values []string) (time.Duration, bool) {
	var longest float64
	for _, value := range values {
		p := policy{}
		for part := range strings.SplitSeq(quoted().ReplaceAllString(value, ""), ",") {
			for i, parameter := range strings.Split(part, ";") {
				name, text, pair := strings.Cut(strings.TrimSpace(parameter), "=")
				if _, again := p[name]; again || i == 0 && !pair { // the next policy begins
					longest = max(longest, p.wait())
					clear(p)
				}
				p[name] = text
			}
		}
		longest = max(longest, p.wait())
	}
	return sane(longest)
}

// policy is what the field says of one limit.
type policy map[string]string

// wait returns the time in seconds until the limit is reset; 0: the field names none, or something remains.
func (p policy) wait() float64 {
	for _, name := range []string{"r", "remaining"} {
		if n, err := number(p[name]); err == nil && n > 0 {
			return 0
		}
	}
	for _, name := range []string{"t", "reset"} {
		if n, err := number(p[name]); err == nil {
			return n
		}
	}
	return 0
}
