package loginkit

import (
	"strings"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
)

// JoinSecrets makes one secret of several, for a [client.Login] that needs more than a password: a client secret, or
// the seed of a second factor. The method Secret returns it, and the method Login takes it apart with [SplitSecrets].
// So a [client.Client] knows if one of them has changed, what it stores is bound to all, and no error repeats any. Each
// must be valid UTF-8, as [Field.Check] wants it.
func JoinSecrets(secrets ...string) string { return strings.Join(secrets, scrub.Separator) }

// SplitSecrets returns the secrets that JoinSecrets has joined.
func SplitSecrets(secret string) []string { return strings.Split(secret, scrub.Separator) }
