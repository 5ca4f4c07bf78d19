package scrub

// OwnError is the text of an error in words of ours, which stays whatever the secret is. Between them may stand words of
// others.
type OwnError struct{ Before, Theirs, After string }

// Error returns the whole text.
func (o OwnError) Error() string { return o.Before + o.Theirs + o.After }

// Without returns the text without the words of others if these hold any trace of the secret.
func (o OwnError) Without(secret string) OwnError {
	if Holds(o.Theirs, secret) {
		o.Theirs = Redacted
	}
	return o
}

// ErrOurs is the cause of an error whose message is ours.
var ErrOurs error = OwnError{}
