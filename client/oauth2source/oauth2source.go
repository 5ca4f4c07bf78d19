// Package oauth2source makes an [oauth2.TokenSource] of a [client.Client], for what takes one: gRPC's credentials/oauth
// and Google's libraries. If an [net/http.Client] will do, take [client.Client.HTTPClient] instead: it keeps the token
// at home, repeats requests answered 429, and replaces a rejected token by itself.
//
// # Revoked tokens
//
// Package oauth2 has no way to say that a token was rejected: neither its Transport nor its caches nor the libraries
// that take a TokenSource tell the source of a 401. So a [Source] hands out a revoked token until the Client replaces it
// for another reason, such as its age ([client.WithMaxAge]: the tokens of Bezala have no known expiry), or until the
// program calls [Source.Invalidate]. The program must do so where it sees the 401, or gRPC's Unauthenticated. The
// example shows how.
//
// A cache of package oauth2 cannot be told at all. [oauth2.NewClient] and [oauth2.ReuseTokenSource] put one before the
// source, and hand out a token for up to 60 s after the source has another. Without one, each request asks the source,
// which costs nothing:
//
//	&http.Client{Transport: &oauth2.Transport{Source: source}}
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

// Source is an [oauth2.TokenSource] that hands out a Client's tokens. [New] makes it; the zero value must not be used.
// It is safe for concurrent use by multiple goroutines.
type Source struct {
	// Functions, since package fmt prints these as an address, wherever they lie: a context's values and what a Client
	// knows are in no print.
	token      func() (*oauth2.Token, error)
	invalidate func(ctx context.Context, rejected string) (replaced bool, err error)
}

// New returns a Source of c's tokens.
//
// Method Token of package oauth2 takes no context, so ctx ends all its waits. A gRPC call that waits for a login may
// outlast its own deadline: a request to log in may take 30 s, and the time of the Secret and of waits after a 429 is on
// top. To keep the deadline, call [client.Client.Token] with it first.
func New(ctx context.Context, c *client.Client) *Source {
	return &Source{
		token: func() (*oauth2.Token, error) { return tokenOf(ctx, c) },
		invalidate: func(ctx context.Context, rejected string) (bool, error) {
			return replace(ctx, c, rejected)
		},
	}
}

// Token implements [oauth2.TokenSource]. Its errors are those of [client.Client.Token].
//
// The Expiry of a token is at most 70 s away, even if the Client knows a later one or none. Package oauth2 wraps sources
// in caches that keep a token until 10 s before its Expiry, or without end if there is none. So these caches ask again
// after 60 s, and then hear of a token that the Client has replaced.
func (s *Source) Token() (*oauth2.Token, error) { return s.token() }

// Invalidate says that the service has rejected a token of this source, and waits for another one, at most until ctx is
// done. replaced tells that there is one, and that another try makes sense. Errors are those of [client.Client.Token].
//
// It may be called for each 401, since it is bounded as [client.Client.Replace] is: the service may reject every token
// at a route that is closed to the account. After a login that Invalidate has caused, the next one comes 1 s later at
// the earliest, doubling to 5 min, whatever route the 401s come from and however many Sources the Client has: at most
// 10 logins in 5 min, and 30 in an hour. Meanwhile it returns false at once. Until there is another token, the rejected
// one serves other calls.
func (s *Source) Invalidate(ctx context.Context, rejected *oauth2.Token) (replaced bool, err error) {
	if rejected == nil {
		return false, nil
	}
	return s.invalidate(ctx, rejected.AccessToken)
}

func tokenOf(ctx context.Context, c *client.Client) (*oauth2.Token, error) {
	token, err := c.Token(ctx)
	if err != nil {
		return nil, err
	}
	if name, value := token.Header(); name != "Authorization" || value != token.Type()+" "+token.Value() {
		account := c.Account()
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

func replace(ctx context.Context, c *client.Client, rejected string) (replaced bool, err error) {
	held, err := c.Token(ctx)
	if err != nil || held.Value() != rejected {
		return err == nil, err
	}
	next, err := c.Replace(ctx, held)
	return err == nil && next.Value() != rejected, err
}
