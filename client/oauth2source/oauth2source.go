// Package oauth2source gives golang.org/x/oauth2 a TokenSource, and with it everything that takes one: gRPC's
// credentials/oauth, Google's libraries. Where an *http.Client is wanted, client.Client's own HTTPClient does more:
// it keeps the token at home, retries on 429 and replaces a token that is rejected.
package oauth2source

import (
	"context"
	"time"

	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client"
)

// reuse is for how long others may keep a token before they ask again.
const reuse = time.Minute

// expiryDelta is how long before a token's Expiry package oauth2 considers it expired.
const expiryDelta = 10 * time.Second

// New returns a TokenSource that hands out src's tokens. It is safe for concurrent use by multiple goroutines. ctx
// ends all its waits: oauth2's Token has no context of its own.
//
// An oauth2.Token's Expiry is at most about a minute away, even if src knows a later one or none. Package oauth2
// wraps sources in caches of its own, which keep a token until its Expiry, for ever if that is zero: so they come
// back to src in time to learn that a token was replaced.
func New(ctx context.Context, src client.TokenSource) oauth2.TokenSource {
	return tokenSource{ctx, src}
}

type tokenSource struct {
	ctx context.Context // oauth2.TokenSource leaves no other way
	src client.TokenSource
}

// Token implements oauth2.TokenSource. Its errors are src's.
func (s tokenSource) Token() (*oauth2.Token, error) {
	token, err := s.src.Token(s.ctx)
	if err != nil {
		return nil, err
	}
	asked := time.Now().Add(reuse + expiryDelta)
	if expiry, known := token.Expiry(); known && expiry.Before(asked) {
		asked = expiry
	}
	return &oauth2.Token{AccessToken: token.Value(), TokenType: token.Type(), Expiry: asked}, nil
}
