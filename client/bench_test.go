package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client/internal/seal"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// Each benchmark has ours and x/oauth2's side by side:
//
//	go test ./client -run '^$' -bench . -count 6

// heldLogin yields a token with a known expiry and asks nobody.
type heldLogin struct{}

func (heldLogin) Account() (Account, error) {
	return Account{Service: "held", BaseURL: "https://api.example.com", Method: "test"}, nil
}

func (heldLogin) Secret(context.Context) (string, error) { return "secret", nil }

func (heldLogin) Login(context.Context, *http.Client, string) (Token, error) {
	return NewToken(TokenResponse{Value: heldValue, ExpiresIn: 24 * time.Hour})
}

var heldValue = strings.Repeat("t", 200)

// nowhere answers without sending, always the same, so that nothing is measured but what is around it.
type nowhere struct{}

var nothing = &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nothing, nil }

func heldClient(tb testing.TB, opts ...Option) *Client {
	tb.Helper()
	c, err := New(heldLogin{}, append(opts, WithTransport(nowhere{}))...)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := c.Token(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return c
}

func oauth2Source() oauth2.TokenSource {
	return oauth2.ReuseTokenSource(&oauth2.Token{AccessToken: heldValue, Expiry: time.Now().Add(24 * time.Hour)}, nil)
}

func BenchmarkHit(b *testing.B) {
	ctx := b.Context()
	b.Run("floor", func(b *testing.B) { // what a hit cannot do without
		var pointer atomic.Pointer[oauth2.Token]
		pointer.Store(&oauth2.Token{Expiry: time.Now().Add(24 * time.Hour)})
		for b.Loop() {
			if !time.Now().Before(pointer.Load().Expiry) {
				b.Fatal("expired")
			}
		}
	})
	b.Run("latchkey", func(b *testing.B) {
		c := heldClient(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Token(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("oauth2", func(b *testing.B) {
		source := oauth2Source()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := source.Token(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkHitParallel(b *testing.B) {
	ctx := b.Context()
	b.Run("latchkey", func(b *testing.B) {
		c := heldClient(b)
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := c.Token(ctx); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("oauth2", func(b *testing.B) {
		source := oauth2Source()
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := source.Token(); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkTransport is the authorisation, which looks for a 429 too, around a base that does nothing.
func BenchmarkTransport(b *testing.B) {
	b.Run("latchkey", func(b *testing.B) {
		t := *heldClient(b).transport()
		t.base = wire.NewRetry(nowhere{}, wire.Policy{})
		roundTrips(b, &t)
	})
	b.Run("oauth2", func(b *testing.B) {
		roundTrips(b, &oauth2.Transport{Source: oauth2Source(), Base: nowhere{}})
	})
}

// BenchmarkChain is authorisation and retry, around a base that does nothing.
func BenchmarkChain(b *testing.B) {
	b.Run("latchkey", func(b *testing.B) {
		roundTrips(b, heldClient(b).transport())
	})
	b.Run("oauth2", func(b *testing.B) {
		retrying := retryablehttp.NewClient()
		retrying.Logger = nil
		retrying.HTTPClient.Transport = nowhere{}
		roundTrips(b, &oauth2.Transport{Source: oauth2Source(), Base: retrying.StandardClient().Transport})
	})
}

func roundTrips(b *testing.B, rt http.RoundTripper) {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://api.example.com/v1/things", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bench")
	b.ReportAllocs()
	for b.Loop() {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

// BenchmarkBoundKeys is what finding a bound record costs: once per cold start, and for a thief once per guess.
func BenchmarkBoundKeys(b *testing.B) {
	account, _ := heldLogin{}.Account()
	for b.Loop() {
		if _, err := seal.Bound(b.Context(), account.quoted(), "secret"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSealedFastKeys is the same for 500 accounts in a store of tokenstore.SealedFast. ms/500 is at most 200.
func BenchmarkSealedFastKeys(b *testing.B) {
	const accounts = 500
	account, _ := heldLogin{}.Account()
	names := make([]string, accounts)
	for i := range names {
		account.Name = fmt.Sprint("user-", i)
		names[i] = account.quoted()
	}
	for b.Loop() {
		for _, name := range names {
			if _, err := seal.Fast(name, "secret"); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/500")
}
