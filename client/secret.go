package client

import "context"

// Secret yields a credential: a password, a device password, an identity provider's access token. It is asked
// when a login is due, once per attempt, and what it returns is kept no longer than that attempt. It may block,
// on a prompt or a vault, and must return when ctx is done. It is called from one goroutine at a time per
// Client.
type Secret func(ctx context.Context) (string, error)

// Static is a Secret that is always the same.
func Static(secret string) Secret {
	return func(context.Context) (string, error) { return secret, nil }
}
