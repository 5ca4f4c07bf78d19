package loginkit

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/internal/reply"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// maxNames is how many names of fields an error tells.
const maxNames = 10

var errPage error = scrub.OwnError{Before: "the answer is a page (check the base URL)"}

// hint returns what helps to find the cause of an answer that nobody expects: where a redirect leads, or that a page
// came. Of a 404 and a 405, LoginError itself says that the base URL may be wrong. A 5xx may well be a page.
func (a *Answer) hint() error {
	if 300 <= a.Status && a.Status < 400 {
		if location := a.location(); location != "" {
			return scrub.OwnError{Before: "it leads to ", Theirs: location, After: ", and a login follows no redirect"}
		}
		return nil
	}
	if a.nowhere() || a.Status == http.StatusLocked || a.Status >= 500 || !a.own(true).IsHTML() {
		return nil
	}
	return errPage
}

// location returns where a redirect leads: scheme, host and path. The rest of a URL may hold a secret.
func (a *Answer) location() string {
	location := a.Header.Get("Location")
	if a.attempt.traces(location) {
		return scrub.Redacted
	}
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	to := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return a.attempt.line(to.String())
}

// noToken returns the error of an answer without a token that can be used. why is "" if it has none at all.
func (a *Answer) noToken(why string) error {
	err := a.Failure(client.ErrUnexpectedResponse)
	const none = "no token in the answer"
	switch {
	case a.own(true).IsHTML():
		err.Err = errPage
	case len(a.Body) == 0:
		err.Err = scrub.OwnError{Before: none + ": it is empty"}
	case a.read.Excess:
		err.Err = scrub.OwnError{Before: none + ": it is more JSON than an answer to a login has"}
	case why == "":
		before, names := a.has()
		err.Err = scrub.OwnError{Before: none + before, Theirs: names}
	default:
		err.Err = scrub.OwnError{Before: none + ": " + why}
	}
	return err
}

// has tells which fields the body has: the token may be in one of them.
func (a *Answer) has() (ours, names string) {
	object := a.Object()
	if object == nil {
		return ": it is no JSON object", ""
	}
	const fields = ", which has the fields "
	if a.attempt.traces(string(a.Body[:min(len(a.Body), maxTraced)])) {
		return fields, scrub.Redacted
	}
	all, more := fieldNames(object, "")
	if len(all) == 0 && more {
		return ", nor a field with a usual name", ""
	}
	if len(all) == 0 {
		return ": it is an empty JSON object", ""
	}
	if more {
		all = append(all, "and more")
	}
	return fields, a.attempt.line(strings.Join(all, ", "))
}

// fieldNames returns the names of an object's fields, and of the fields within them. more reports that some are left
// out: a name may be a token itself.
func fieldNames(object map[string]any, above string) (all []string, more bool) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !usualName().MatchString(name) || reply.CouldBeToken(name) || len(all) == maxNames {
			more = true
			continue
		}
		within, _ := object[name].(map[string]any)
		if len(within) == 0 || above != "" {
			all = append(all, strings.Trim(above+"."+name, "."))
			continue
		}
		below, left := fieldNames(within, name)
		room := maxNames - len(all)
		all, more = append(all, below[:min(len(below), room)]...), more || left || len(below) > room
	}
	return all, more
}

var usualName = lazy.Regexp(`^[A-Za-z_@$][\w.$-]{0,39}$`)
