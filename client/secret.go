package client

import "context"

// Secret returns a credential: a password, a device password, an identity provider's access token. A Client calls it
// once per login, from one goroutine at a time, and keeps the result no longer than that login. It may block, on a
// prompt or a vault, for at most 5 min, and must return when ctx is done. ctx has the values of the call that began the
// login. If it fails, it is not called again for 1 s, doubling to 1 min.
type Secret func(ctx context.Context) (string, error)

// Static returns a Secret that is always the same.
func Static(secret string) Secret {
	return func(context.Context) (string, error) { return secret, nil }
}
