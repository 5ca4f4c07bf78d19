package peers

import (
	"context"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// xoauth2 is ReuseTokenSource beneath Transport, which is what Config.Client and NewClient make (oauth2.go,
// "NewClient").
var xoauth2 = peer{
	name:   "oauth2",
	module: "golang.org/x/oauth2",
	open: func(_ testing.TB, w *world) library {
		source := oauth2.ReuseTokenSource(nil, ownSource{w.authority})
		l := tokens(func(context.Context) (*oauth2.Token, error) { return source.Token() })
		l.send = through(&http.Client{Transport: &oauth2.Transport{Source: source, Base: w}})
		return l
	},
	// oauth2.go, "ReuseTokenSource": "typically used to reuse tokens from a cache (such as a file on disk)". That cache
	// is the user's own.
	shared: "no: you write the cache",
}

// ownSource logs in. A TokenSource takes no context: that of clientcredentials uses the one it was made with.
type ownSource struct{ *authority }

func (s ownSource) Token() (*oauth2.Token, error) {
	value, err := s.login(context.Background())
	if err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: value, Expiry: time.Now().Add(lifetime)}, nil
}
