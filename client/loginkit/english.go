package loginkit

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/internal/reply"
)

// words is what an answer says, and what that means for a login.
type words struct{ reply.Words }

// words returns what the answer says.
func (a *Answer) words() words { return words{a.read.Words(a.Status)} }

// refuse reports whether the words say in plain English that the credentials are wrong, or that the account is locked.
// All else may be about a field, and must not count as a refusal.
func (w *words) refuse() bool { return w.say(refusal, form, trouble, elsewhere, foreign) }

// complain reports whether the words name a field at fault, or say that one is missing or has another form.
func (w *words) complain() bool {
	for _, c := range w.Causes {
		if c.Field != "" {
			return true
		}
	}
	return w.say(form) || w.say(complaint)
}

// wait returns how long the words of a limit ask to wait; 0 if they do not say.
func (w *words) wait() (wait time.Duration) {
	for _, text := range w.said() {
		if named := span().FindStringSubmatch(text); named != nil {
			n, _ := strconv.Atoi(named[1]) // it is a small number
			unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}[named[2][0]]
			wait = max(wait, time.Duration(n)*unit)
		}
	}
	return wait
}

// has reports whether one of the words is one of the codes, such as invalid_grant, in any spelling.
func (w *words) has(codes ...string) bool {
	return slices.ContainsFunc(w.said(), func(text string) bool {
		return slices.Contains(codes, strings.ReplaceAll(strings.TrimSpace(text), " ", "_"))
	})
}

// say reports whether one of the texts matches the pattern, and none of the exceptions.
func (w *words) say(pattern func() *regexp.Regexp, exceptions ...func() *regexp.Regexp) bool {
	return slices.ContainsFunc(w.said(), func(text string) bool {
		except := func(exception func() *regexp.Regexp) bool { return exception().MatchString(text) }
		return pattern().MatchString(text) && !slices.ContainsFunc(exceptions, except)
	})
}

// said returns all texts in small letters and without markup. A code is written as words: invalid_credentials,
// invalid-credentials and InvalidCredentials.
func (w *words) said() []string {
	all := append([]string{w.Code}, w.Texts...)
	for _, c := range w.Causes {
		all = append(all, c.Text, strings.ReplaceAll(c.Field, "_", " ")+" "+c.Text)
	}
	for i, text := range all {
		text = text[:min(len(text), reply.MaxText)]
		if !strings.Contains(text, " ") {
			text = strings.ReplaceAll(camel().ReplaceAllString(text, "$1 $2"), "_", " ")
		}
		all[i] = plain.Replace(strings.ToLower(reply.WithoutMarkup(text, "")))
	}
	return all
}

var (
	camel = lazy.Regexp(`([a-z])([A-Z])`)
	plain = strings.NewReplacer("-", " ", "/", " ", "’", "'")
)

// parts are what patterns have in common.
var parts = strings.NewReplacer(
	`<who>`, `(?:credentials?|passwords?|passcode|passphrase|pin|user ?names?|user|e ?mail|log ?[io]n|access data|account|details)`,
	`<wrong>`, `(?:incorrect|wrong|not correct|not right|not recogni[sz]ed|not match(?:ing)?)`,
	`<gap>`, `(?:[^.:;]|[.:;]\S)`, // what may stand between words of one sentence, such as an address
)

// refusal matches what frameworks and their users write if a name or a password is wrong.
var refusal = anyOf(
	// Invalid email or password. Bad credentials. The password is incorrect.
	`(?:invalid|incorrect|wrong|bad|unrecogni[sz]ed|illegal|mismatched)\b<gap>{0,60}\b(?:credentials?|passwords?|passphrase|passcode)`,
	`(?:incorrect|wrong)(?: [a-z]+){0,4} (?:user ?names?|e ?mail|log ?[io]n|user|account|pin|access data|details)`,
	`<who>\b<gap>{0,120}\b<wrong>`,
	`(?:credentials?|passwords?|passphrase|passcode)\b<gap>{0,120}\b(?:invalid|not valid|not accepted|rejected|refused|denied|mismatch)`,
	`(?:did|do|does)(?: not|n't) recogni[sz]e`,
	// These credentials do not match our records. Access data do not match!
	`<who>\b<gap>{0,80}\b(?:do|does|did)(?: not|n't) match`,
	// Unable to log in with provided credentials. Authentication failed. Invalid login attempt.
	`(?:unable|failed) to (?:log (?:you )?[io]n|log[io]n|sign (?:you )?in|authenticate)`,
	`(?:could not|couldn't|cannot|can't) (?:log you in|sign you in|authenticate)`,
	`(?:authentication|log ?[io]n|sign ?in)(?: attempt)?(?: has| was)? (?:failed|failure|unsuccessful|rejected|refused|denied|invalid)`,
	`(?:failed|invalid|bad|unsuccessful) (?:log ?[io]n|sign ?in|authentication)`,
	// No active account found with the given credentials. User not found. We can't find a user with that email address.
	`no (?:active |registered )?(?:user|account)s?\b<gap>{0,20}\b(?:found|with|for|exists?|matches|matching)`,
	`(?:no such|unknown) (?:user|account|e ?mail)`,
	`(?:user|account|e ?mail|user ?name)(?: \S+){0,4} (?:not found|not exist|doesn't exist|(?:is |was )?(?:unknown|not known|not registered|unregistered))`,
	`(?:user|account|e ?mail|user ?name)(?: \S+){0,4} (?:could not|couldn't|cannot|can't) be found`,
	`(?:cannot|can't|could not|couldn't) find (?:an? |the |any |your )?(?:user|account)`,
	// Please enter a correct username and password.
	`enter (?:a|the) correct`,
	// Your account has been locked.
	`(?:account|user)(?: \S+){0,2} (?:is|was|has been|been|got)(?: \w+)? (?:locked|disabled|deactivated|suspended|blocked|banned|inactive)`,
	`(?:account|user) (?:locked|disabled|deactivated|suspended|blocked|banned|inactive)`,
)

// form matches what they write if a field is missing or has another form, or if more than a password is asked for.
// Such words are about no password.
var form = anyOf(
	`lengths?|types?|required|missing|blank|empty|format|patterns?|confirm(?:ed|ation)?|must|minimum|maximum|malformed|unsupported`,
	`should (?:not )?(?:be|have|exist|contain|match)|at (?:least|most)|too (?:short|long|weak)|not provided|characters?|exceeds?`,
	`not an? (?:valid|allowed|supported)|not (?:allowed|supported)|expected|encod(?:ed|ing)|json|schema|null|undefined`,
	`captcha|csrf|xsrf|otp|totp|mfa|2fa|two factor|multi ?factor|one time|verification code|security code`,
	`client|application|api key|signature|authori[sz]ation header`,
)

// complaint matches what may be about a field's form, or else about a password.
var complaint = anyOf(`not valid`)

// tooMany and span match the words of a limit of logins, and its wait: "Please try again in 42 seconds." What a limit is
// made of, such as 5 per 1 minute, is no wait.
var (
	tooMany = anyOf(`too many (?:\w+ ){0,3}(?:attempts|requests|tries|log ?ins)`)
	span    = lazy.Regexp(`\b(?:in|after|for|wait|another) (\d{1,4}) ?(s|sec|second|m|min|minute|h|hour)s?\b`)
)

// trouble matches what is about the service.
var trouble = anyOf(`went wrong|try again later|unavailable`)

// elsewhere matches what is about nobody's account.
var elsewhere = anyOf(
	`too many|user agent`,
	`(?:user|account|e ?mail|log ?[io]n) (?:pool|endpoint|route|path|page|group|role|service|server|store|directory|provider|plan)`,
)

// foreign matches small words of other languages, which have incorrect, invalid or email in common with English.
var foreign = anyOf(`le|la|les|el|los|der|das|il|lo|het|een|van|est|sont|es|est[aá]|ist|sind|niet|nicht|non|ou|oder|nu|este|e|és|champ|campo|veld|feld`)

func anyOf(patterns ...string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:` + parts.Replace(strings.Join(patterns, `|`)) + `)\b`)
	})
}
