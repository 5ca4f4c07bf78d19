package otelobserver

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/latchkey-go/latchkey/client/internal/resend"
)

// ResendCount returns a RoundTripper that sets http.request.resend_count on the span of a request that is sent again:
// after a 401 or a 429, or because of a redirect. It is to stand beneath the RoundTripper that makes the spans, which
// stands beneath the Client:
//
//	client.WithTransport(otelhttp.NewTransport(otelobserver.ResendCount(client.DefaultTransport())))
//
// If base is nil, it is [http.DefaultTransport], as with otelhttp.
func ResendCount(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return resendCount{base}
}

type resendCount struct{ base http.RoundTripper }

func (r resendCount) RoundTrip(req *http.Request) (*http.Response, error) {
	n := resend.Of(req.Context())
	for resp := req.Response; resp != nil && resp.Request != nil; resp = resp.Request.Response {
		n++
	}
	if n > 0 {
		trace.SpanFromContext(req.Context()).SetAttributes(attribute.Int("http.request.resend_count", n))
	}
	return r.base.RoundTrip(req)
}

// CloseIdleConnections implements what [http.Client.CloseIdleConnections] calls.
func (r resendCount) CloseIdleConnections() {
	if closer, ok := r.base.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}
