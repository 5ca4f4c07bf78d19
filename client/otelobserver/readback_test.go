package otelobserver_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/otelobserver"
)

// telemetry is what the program's SDK has collected.
type telemetry struct {
	otelobserver.Providers

	spans  *tracetest.InMemoryExporter
	reader *metric.ManualReader
}

func newTelemetry() *telemetry {
	t := &telemetry{spans: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	t.Tracer = sdktrace.NewTracerProvider(sdktrace.WithSyncer(t.spans))
	t.Meter = metric.NewMeterProvider(metric.WithReader(t.reader))
	return t
}

// world is a bezala sandbox that takes 1 s for each answer, and a Client of whose requests otelhttp makes spans.
type world struct {
	*sandbox.Server
	*telemetry
	client   *client.Client
	password string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Server: sandbox.NewBezala(sandbox.Config{InProcess: true, Latency: time.Second}), telemetry: newTelemetry()}
	t.Cleanup(w.Close)
	w.password = w.Accounts()[0].Secret
	observer, err := otelobserver.New(w.Providers)
	if err != nil {
		t.Fatal(err)
	}
	w.client, err = client.New(bezala.Password{
		BaseURL: w.URL, Email: w.Accounts()[0].Name,
		Password: func(context.Context) (string, error) { return w.password, nil },
	}, client.WithObserver(observer), client.WithTransport(otelhttp.NewTransport(otelobserver.ResendCount(w.Transport()),
		otelhttp.WithTracerProvider(w.Tracer), otelhttp.WithMeterProvider(w.Meter))))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// get sends a request as a part of what a program does, which has a span of its own.
func (w *world) get(t *testing.T, name string) int {
	t.Helper()
	ctx, span := w.Tracer.Tracer("program").Start(t.Context(), name)
	defer span.End()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/api/accounts", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := w.client.HTTPClient().Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// words writes attributes in a line, without those of otelhttp that are the same each time.
func words(attributes []attribute.KeyValue) string {
	var line []string
	for _, a := range attributes {
		key := string(a.Key)
		if !strings.Contains(key, ".") || slices.Contains([]string{"error.type", "http.response.status_code", "http.request.resend_count"}, key) {
			line = append(line, key+"="+a.Value.String())
		}
	}
	slices.Sort(line)
	return strings.Join(line, " ")
}

// tree returns the spans since the last time, each with those above it, its attributes and how long it took.
func (o *telemetry) tree() []string {
	spans, byID, all := o.spans.GetSpans(), map[string]tracetest.SpanStub{}, []string{}
	for _, s := range spans {
		byID[s.SpanContext.SpanID().String()] = s
	}
	for _, s := range spans {
		line := s.Name
		for above, ok := byID[s.Parent.SpanID().String()]; ok; above, ok = byID[above.Parent.SpanID().String()] {
			line = above.Name + "/" + line
		}
		line = strings.TrimSpace(line + " " + words(s.Attributes))
		all = append(all, fmt.Sprint(line, " ", s.EndTime.Sub(s.StartTime), " ", s.Status.Code))
	}
	o.spans.Reset()
	slices.Sort(all)
	return all
}

// numbers returns our metrics: the count and the sum of a histogram, or the value.
func (o *telemetry) numbers(t *testing.T) []string {
	t.Helper()
	var collected metricdata.ResourceMetrics
	if err := o.reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, scope := range collected.ScopeMetrics {
		for _, m := range scope.Metrics {
			if !strings.HasPrefix(m.Name, "latchkey.") {
				continue
			}
			add := func(set attribute.Set, value string) {
				all = append(all, fmt.Sprintf("%s [%s] %s %s", m.Name, m.Unit, words(set.ToSlice()), value))
			}
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					add(p.Attributes, fmt.Sprintf("%d in %g", p.Count, p.Sum))
				}
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					add(p.Attributes, fmt.Sprint(p.Value))
				}
			case metricdata.Gauge[int64]:
				for _, p := range data.DataPoints {
					add(p.Attributes, fmt.Sprint(p.Value))
				}
			case metricdata.Gauge[float64]:
				for _, p := range data.DataPoints {
					add(p.Attributes, fmt.Sprintf("%.0f", p.Value))
				}
			default:
				t.Errorf("%s is a %T", m.Name, data)
			}
		}
	}
	slices.Sort(all)
	return all
}

// everything returns all that was collected, as text.
func (o *telemetry) everything(t *testing.T) string {
	t.Helper()
	var collected metricdata.ResourceMetrics
	if err := o.reader.Collect(t.Context(), &collected); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, s := range o.spans.GetSpans() {
		fmt.Fprintf(&text, "%s %v %v %v %s\n", s.Name, s.Attributes, s.Events, s.Links, s.Status.Description)
		for _, a := range s.Attributes {
			fmt.Fprintln(&text, a.Key, a.Value.String())
		}
	}
	for _, line := range o.numbers(t) {
		fmt.Fprintln(&text, line)
	}
	for _, scope := range collected.ScopeMetrics {
		for _, m := range scope.Metrics {
			fmt.Fprintf(&text, "%+v\n", m)
		}
	}
	return text.String()
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
