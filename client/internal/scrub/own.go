package scrub

// Own is the text of an error in words of ours, which stays whatever the secret is. Between them may stand words of
// others.
type Own struct{ Before, Theirs, After string }

// Error returns the whole text.
func (o Own) Error() string { return o.Before + o.Theirs + o.After }

// Without returns the text without the words of others if these hold any trace of the secret.
func (o Own) Without(secret string) Own {
	if Holds(o.Theirs, secret) {
		o.Theirs = Redacted
	}
	return o
}

// Ours is the cause of an error whose message is ours.
var Ours error = Own{}
