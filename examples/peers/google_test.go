package peers

import (
	"context"
	"testing"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/httptransport"
)

// google is a CachedTokenProvider in the http.Client of httptransport, as in its ExampleNew2LOTokenProvider. Its
// OpenTelemetry is on, as it is by default.
var google = peer{
	name:   "google",
	module: "cloud.google.com/go/auth",
	open:   func(tb testing.TB, w *world) library { return openGoogle(tb, w, false) },
	shared: "no", // auth.go, "NewCachedTokenProvider": a cache in memory
}

// googleQuiet is google without OpenTelemetry. No other library here has it on. It is in BenchmarkRequest only.
var googleQuiet = peer{
	name: "google-no-otel",
	open: func(tb testing.TB, w *world) library { return openGoogle(tb, w, true) },
}

func openGoogle(tb testing.TB, w *world, quiet bool) library {
	provider := auth.NewCachedTokenProvider(ownProvider{w.authority}, nil)
	hc, err := httptransport.NewClient(&httptransport.Options{
		Credentials:      auth.NewCredentials(&auth.CredentialsOptions{TokenProvider: provider}),
		BaseRoundTripper: w,
		DisableTelemetry: quiet,
	})
	if err != nil {
		tb.Fatal(err)
	}
	l := tokens(provider.Token)
	l.send = through(hc)
	return l
}

type ownProvider struct{ *authority }

func (p ownProvider) Token(ctx context.Context) (*auth.Token, error) {
	value, err := p.login(ctx)
	if err != nil {
		return nil, err
	}
	return &auth.Token{Value: value, Expiry: time.Now().Add(lifetime)}, nil
}
