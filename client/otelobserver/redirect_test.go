package otelobserver_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/latchkey-go/latchkey/client/otelobserver"
)

// hops answers with redirects to /1, /2 and so on, and then with a page.
type hops int

func (h hops) RoundTrip(req *http.Request) (*http.Response, error) {
	var n int
	_, _ = fmt.Sscanf(req.URL.Path, "/%d", &n) // 0 for another path
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}
	if n < int(h) {
		resp.StatusCode = http.StatusFound
		resp.Header.Set("Location", fmt.Sprintf("/%d", n+1))
	}
	return resp, nil
}

// Each request that a redirect leads to is sent once more than the one before it.
func TestResendCountOfRedirects(t *testing.T) {
	o := newTelemetry()
	hc := &http.Client{Transport: otelhttp.NewTransport(otelobserver.ResendCount(hops(3)), otelhttp.WithTracerProvider(o.Tracer))}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://own.example/0", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var got []string
	for _, span := range o.spans.GetSpans() {
		got = append(got, words(span.Attributes))
	}
	slices.Sort(got)
	want(t, "requests", got,
		"http.request.resend_count=1 http.response.status_code=302",
		"http.request.resend_count=2 http.response.status_code=302",
		"http.request.resend_count=3 http.response.status_code=200",
		"http.response.status_code=302",
	)
}
