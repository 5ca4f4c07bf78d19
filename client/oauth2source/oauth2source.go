// Package oauth2source makes an [oauth2.TokenSource] of a [client.Client], for what takes one: gRPC's credentials/oauth
// and Google's libraries. If an [net/http.Client] will do, take [client.Client.HTTPClient] instead: it keeps the token
// at home, repeats requests answered 429, and replaces a rejected token.
//
// A TokenSource never hears that a token was rejected. So it hands out a revoked token until the program calls
// [client.Client.Invalidate] or the Client replaces the token for another reason. The tokens of Bezala have no known
// expiry: [client.WithMaxAge] gives them an end.
//
// A token that does not go into the Authorization header, such as an API key of bleepay's, is none of package oauth2's.
package oauth2source

import (
	"context"
	"time"

	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client"
)

// reuse is how long a cache of package oauth2 keeps a token before it asks again.
const reuse = time.Minute

// expiryDelta is how long before a token's Expiry package oauth2 considers it expired.
const expiryDelta = 10 * time.Second

// New returns an [oauth2.TokenSource] that hands out c's tokens. It is safe for concurrent use by multiple goroutines.
// Its errors are c's.
//
// Method Token of package oauth2 takes no context, so ctx ends all its waits. A gRPC call that waits for a login may
// outlast its own deadline: a request to log in may take 30 s, and the time of the Secret and of waits after a 429 is on
// top. To keep the deadline, call [client.Client.Token] with it first.
//
// The Expiry of a token is at most 70 s away, even if c knows a later one or none. Package oauth2 wraps sources in
// caches that keep a token until 10 s before its Expiry, or without end if there is none. So these caches ask c again
// after 60 s, and then hear of a token that c has replaced.
func New(ctx context.Context, c *client.Client) oauth2.TokenSource {
	return tokenSource{ctx, c}
}

type tokenSource struct {
	ctx    context.Context // for Token, which takes none
	client *client.Client
}

// Token implements [oauth2.TokenSource].
func (s tokenSource) Token() (*oauth2.Token, error) {
	token, err := s.client.Token(s.ctx)
	if err != nil {
		return nil, err
	}
	if name, value := token.Header(); name != "Authorization" || value != token.Type()+" "+token.Value() {
		account := s.client.Account()
		return nil, &client.LoginError{
			Service: account.Service, Method: account.Method, Kind: client.ErrInvalidInput,
			Message: "package oauth2 sends tokens as Authorization with a type, and this one goes alone into " + name,
		}
	}
	asked := time.Now().Add(reuse + expiryDelta)
	if expiry, known := token.Expiry(); known && expiry.Before(asked) {
		asked = expiry
	}
	return &oauth2.Token{AccessToken: token.Value(), TokenType: token.Type(), Expiry: asked}, nil
}
