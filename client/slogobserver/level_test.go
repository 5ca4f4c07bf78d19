package slogobserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/slogobserver"
)

// A 429 and trouble of the service are warnings. What the service refuses is the program's own matter.
func TestLevelByStatus(t *testing.T) {
	for status, want := range map[int]string{200: "INFO", 404: "INFO", 428: "INFO", 429: "WARN", 430: "INFO", 499: "INFO", 500: "WARN", 503: "WARN"} {
		logger, text := newLog()
		req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://own.example/", nil))
		base := roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, ContentLength: -1}, nil
		})
		resp := must(slogobserver.Transport{Logger: logger, Base: base}.RoundTrip(req))
		_ = resp.Body.Close()
		if line := text.String(); !strings.HasPrefix(line, "level="+want+" ") {
			t.Errorf("%d: %s", status, line)
		}
		if line := text.String(); !strings.Contains(line, "sent.length=0") || strings.Contains(line, "received.length") {
			t.Errorf("a body of no bytes, or one of unknown length: %s", line)
		}
	}
}
