package otelobserver_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"slices"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/otelobserver"
)

// A program whose logins and requests are in its traces and metrics. It would export them; here it keeps the spans.
func Example() {
	server := sandbox.NewBleepay(sandbox.Config{})
	defer server.Close()
	spans := tracetest.NewInMemoryExporter()
	providers := otelobserver.Providers{
		Tracer: trace.NewTracerProvider(trace.WithSyncer(spans)), // without these two, the global ones
		Meter:  metric.NewMeterProvider(),
	}

	observer, err := otelobserver.New(providers)
	if err != nil {
		log.Fatal(err)
	}
	transport := otelhttp.NewTransport(otelobserver.ResendCount(client.DefaultTransport()),
		otelhttp.WithTracerProvider(providers.Tracer), otelhttp.WithMeterProvider(providers.Meter))
	c, err := client.New(bleepay.EmailPassword{
		BaseURL: server.URL, Email: "user@example.com", Password: client.Static("your-password"),
	}, client.WithObserver(observer), client.WithTransport(transport))
	if err != nil {
		log.Fatal(err)
	}
	stop, err := otelobserver.Watch(providers, slices.Values([]*client.Client{c}))
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	ctx, span := providers.Tracer.Tracer("example").Start(context.Background(), "daily report")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.BaseURL()+"/api/v1/vouchers/", nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	resp.Body.Close() // its span ends with the body
	span.End()

	names := map[string]string{}
	for _, s := range spans.GetSpans() {
		names[s.SpanContext.SpanID().String()] = s.Name
	}
	for _, s := range spans.GetSpans() {
		fmt.Printf("%s in %q\n", s.Name, names[s.Parent.SpanID().String()])
	}
	// Output:
	// HTTP POST in "latchkey.login"
	// latchkey.login in "daily report"
	// HTTP GET in "daily report"
	// daily report in ""
}
