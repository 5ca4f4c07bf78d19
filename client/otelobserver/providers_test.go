package otelobserver_test

import (
	"errors"
	"slices"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/otelobserver"
)

// Without providers it is the global ones that are told.
func TestGlobalProviders(t *testing.T) {
	o := newTelemetry()
	otel.SetTracerProvider(o.Tracer)
	otel.SetMeterProvider(o.Meter)
	observer, err := otelobserver.New(otelobserver.Providers{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := observer.LoginBegun(t.Context(), client.Event{Trigger: "cold"})
	observer.LoginEnded(ctx, client.Event{Trigger: "cold"})
	observer.StoreTrouble(errors.New("down"))
	want(t, "metrics", o.numbers(t), "latchkey.login.duration [s] trigger=cold 1 in 0", "latchkey.store.troubles [{trouble}]  1")
	if spans := o.spans.GetSpans(); len(spans) != 1 {
		t.Errorf("%d spans; want 1", len(spans))
	}
}

// A login whose beginning was not told, since the Observer was blocked, ends no span of the program's.
func TestEndWithoutABeginningLeavesTheCallersSpan(t *testing.T) {
	o := newTelemetry()
	observer, err := otelobserver.New(o.Providers)
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := o.Tracer.Tracer("program").Start(t.Context(), "program")
	observer.LoginEnded(ctx, client.Event{Kind: "unavailable"})
	if !span.IsRecording() || trace.SpanFromContext(ctx) != span {
		t.Error("the program's span has ended")
	}
	span.End()
	want(t, "metrics", o.numbers(t), "latchkey.login.duration [s] error.type=unavailable 1 in 0")
}

// brokenMeter makes no instruments.
type brokenMeter struct{ noop.MeterProvider }

func (brokenMeter) Meter(string, ...metric.MeterOption) metric.Meter { return broken{} }

type broken struct{ noop.Meter }

var errBroken = errors.New("no instruments")

func (broken) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return noop.Int64Counter{}, errBroken
}

func (broken) Int64ObservableGauge(string, ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	return noop.Int64ObservableGauge{}, errBroken
}

func TestErrorsOfAMeter(t *testing.T) {
	providers := otelobserver.Providers{Meter: brokenMeter{}}
	if _, err := otelobserver.New(providers); !errors.Is(err, errBroken) {
		t.Errorf("New: %v", err)
	}
	if _, err := otelobserver.Watch(providers, slices.Values([]*client.Client{})); !errors.Is(err, errBroken) {
		t.Errorf("Watch: %v", err)
	}
}
