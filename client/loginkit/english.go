package loginkit

import (
	"regexp"
	"slices"
	"strings"
)

// refuse reports whether the words say in plain English that the credentials are wrong. All else may be about a field,
// and must not count as a refusal.
func (w *words) refuse() bool { return w.say(refusal, complaint, trouble) }

// complain reports whether the words name a field at fault, or say that one is missing or has another form.
func (w *words) complain() bool {
	for _, c := range w.causes {
		if c.field != "" {
			return true
		}
	}
	return w.say(complaint)
}

// say reports whether one of the texts matches the pattern, and none of the exceptions.
func (w *words) say(pattern *regexp.Regexp, exceptions ...*regexp.Regexp) bool {
	said := []string{w.text}
	if !strings.Contains(w.code, " ") {
		said = append(said, spelled(w.code))
	}
	for _, c := range w.causes {
		said = append(said, c.text, strings.ReplaceAll(c.field, "_", " ")+" "+c.text)
	}
	for _, text := range said {
		text = plain.Replace(strings.ToLower(text))
		except := func(exception *regexp.Regexp) bool { return exception.MatchString(text) }
		if pattern.MatchString(text) && !slices.ContainsFunc(exceptions, except) {
			return true
		}
	}
	return false
}

// spelled writes a code as words: invalid_credentials, invalid-credentials and InvalidCredentials.
func spelled(code string) string {
	return strings.ReplaceAll(strings.ReplaceAll(camel.ReplaceAllString(code, "$1 $2"), "_", " "), "-", " ")
}

var camel = regexp.MustCompile(`([a-z])([A-Z])`)

var plain = strings.NewReplacer("-", " ", "/", " ", "’", "'")

// refusal matches what frameworks and their users write if a name or a password is wrong.
var refusal = anyOf(
	// Invalid email or password. Bad credentials. The password is incorrect.
	`(?:invalid|incorrect|wrong|bad|unrecogni[sz]ed)\b[^.:;]{0,60}\b(?:credentials?|passwords?)`,
	`(?:incorrect|wrong)(?: [a-z]+){0,4} (?:user ?names?|e ?mail|log ?in|user|account|passcode|pin|access data)`,
	who+`\b[^.:;]{0,80}\b(?:incorrect|wrong|not correct|not recogni[sz]ed)`,
	`(?:credentials?|passwords?)\b[^.:;]{0,40}\b(?:invalid|not valid|rejected|refused)`,
	// These credentials do not match our records. Access data do not match!
	who+`\b[^.:;]{0,80}\b(?:do|does|did)(?: not|n't) match`,
	// Unable to log in with provided credentials. Authentication failed. Invalid login attempt.
	`(?:unable|failed) to (?:log ?in|sign ?in|authenticate)`,
	`(?:authentication|log ?in|sign ?in)(?: has| was)? (?:failed|failure|unsuccessful)`,
	`invalid (?:log ?in|sign ?in)`,
	// No active account found with the given credentials. User not found. We can't find a user with that email address.
	`no (?:active )?(?:user|account)s?\b[^.:;]{0,20}\b(?:found|with|for)`,
	`(?:no such|unknown) (?:user|account|e ?mail)`,
	`(?:user|account|e ?mail|user ?name)(?: [a-z]+){0,3} (?:not found|(?:does not|doesn't) exist|(?:is )?unknown)`,
	`(?:cannot|can't|could not|couldn't) find (?:an? |the |your )?(?:user|account)`,
	// Please enter a correct username and password.
	`enter (?:a|the) correct`,
)

const who = `(?:credentials?|passwords?|passcode|pin|user ?names?|e ?mail|log ?in|access data|account)`

// complaint matches what they write if a field is missing or has another form. Such words are about no password.
var complaint = anyOf(
	`length|type|captcha|required|missing|blank|empty|format|pattern|confirm(?:ed|ation)?|must|minimum|maximum|malformed|unsupported`,
	`should (?:not )?(?:be|have|exist|contain|match)|at (?:least|most)|too (?:short|long)|not provided|characters?`,
	`not (?:an? |the )?(?:valid|allowed|supported)`,
)

// trouble matches what is about neither.
var trouble = anyOf(`went wrong|too many`)

func anyOf(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`\b(?:` + strings.Join(patterns, `|`) + `)\b`)
}
