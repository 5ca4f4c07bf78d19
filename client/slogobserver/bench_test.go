package slogobserver_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/slogobserver"
)

// BenchmarkTransport writes a line for a request with a token of 900 characters.
func BenchmarkTransport(b *testing.B) {
	transport := slogobserver.Transport{
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), //nolint:sloglint // the other one is not asked to write
		Base: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: http.StatusOK,
				Header:     http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"6f1ed002-ab5d-4c3e-9d1b-2f0f5a0f0a11"}},
			}, nil
		}),
	}
	req := must(http.NewRequestWithContext(b.Context(), http.MethodGet, "https://x/api/v1/vouchers/list?page=1&sort_by=date", nil))
	req.Header.Set("Authorization", "Bearer eyJ"+strings.Repeat("abcDEF0123", 90))
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "reports/1.0")
	b.ReportAllocs()
	for b.Loop() {
		_, _ = transport.RoundTrip(req)
	}
}
