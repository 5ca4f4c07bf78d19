package slogobserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/slogobserver"
)

// Around a Client the request has no token yet: the Client's answer tells what it was, so that no echo is written.
func TestT6NoEchoOfAClientsToken(t *testing.T) {
	const token = "short-token"
	service := roundTripper(func(req *http.Request) (*http.Response, error) {
		echo := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
		return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{"X-Request-Id": {echo}}, Body: http.NoBody, Request: req}, nil
	})
	c, err := client.New(bearer.Token{Service: "own", BaseURL: "https://own.example", Token: client.Static(token)}, client.WithTransport(service))
	if err != nil {
		t.Fatal(err)
	}
	logger, text := newLog()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://own.example/", nil))
	resp := must(slogobserver.Transport{Logger: logger, Base: c.HTTPClient().Transport}.RoundTrip(req))
	_ = resp.Body.Close()
	if line := text.String(); strings.Contains(line, token) || !strings.Contains(line, "received.X-Request-Id=[redacted]") {
		t.Error(line)
	}
}
