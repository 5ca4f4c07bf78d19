// Package otelobserver tells OpenTelemetry what happens inside a [client.Client]: a span for each login, and metrics.
// There is no secret, no account's name and no word of the service in them. It needs the API of OpenTelemetry only, and
// what becomes of it is up to the SDK of the program.
//
// The span latchkey.login is a child of the span of the call that began the login. If the Client's transport makes
// spans, too, those of the login's requests are children of it.
//
//	latchkey.login.duration    s          service, method, trigger, source, error.type
//	latchkey.login.waits       calls      service, method              a call waited for another call's login
//	latchkey.login.kept_off    calls      service, method, error.type  a pause kept a call from a login
//	latchkey.request.replays   requests   service, method              sent again, since the token was rejected
//	latchkey.rate_limits       answers    service, method, limited     429, to a "login" or a "request"
//	latchkey.secret.failures   failures   service, method, error.type
//	latchkey.store.troubles    troubles
//	latchkey.token.remaining   s          service, method              see Watch
//	latchkey.login.paused      accounts   service, method, reason      see Watch
//
// The attributes are those of [client.Event]; error.type is its Kind, and is left out if there is no error.
package otelobserver

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/latchkey-go/latchkey/client"
)

const scope = "github.com/latchkey-go/latchkey/client/otelobserver"

// Providers are whom the telemetry goes to.
type Providers struct {
	Tracer trace.TracerProvider // nil: the global one
	Meter  metric.MeterProvider // nil: the global one
}

func (p Providers) tracer() trace.Tracer {
	if p.Tracer == nil {
		p.Tracer = otel.GetTracerProvider()
	}
	return p.Tracer.Tracer(scope)
}

func (p Providers) meter() metric.Meter {
	if p.Meter == nil {
		p.Meter = otel.GetMeterProvider()
	}
	return p.Meter.Meter(scope)
}

// New returns an Observer for [client.WithObserver]. The error is that of a Meter that makes no instruments.
func New(p Providers) (client.Observer, error) {
	meter := p.meter()
	var errs []error
	counter := func(name, unit, what string) func(context.Context, client.Event) {
		c, err := meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(what))
		errs = append(errs, err)
		return func(ctx context.Context, e client.Event) { c.Add(ctx, 1, metric.WithAttributes(attributes(e)...)) }
	}
	duration, err := meter.Float64Histogram("latchkey.login.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of logins, those included that found a token in a store."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120))
	errs = append(errs, err)
	logins := spans{p.tracer()}
	trouble := counter("latchkey.store.troubles", "{trouble}", "Troubles with a token store.")
	observer := client.Observer{
		LoginBegun: logins.begin,
		LoginEnded: func(ctx context.Context, e client.Event) {
			logins.end(ctx, e)
			duration.Record(ctx, e.Took.Seconds(), metric.WithAttributes(attributes(e)...))
		},
		WaitShared:   counter("latchkey.login.waits", "{call}", "Calls that waited for another call's login."),
		KeptOff:      counter("latchkey.login.kept_off", "{call}", "Calls that got an error in place of a login."),
		RateLimited:  counter("latchkey.rate_limits", "{answer}", "Answers 429."),
		Replayed:     counter("latchkey.request.replays", "{request}", "Requests sent again, since their token was rejected."),
		SecretFailed: counter("latchkey.secret.failures", "{failure}", "Logins and logouts that got no secret."),
		StoreTrouble: func(error) { trouble(context.Background(), client.Event{}) },
	}
	return observer, errors.Join(errs...)
}

// attributes returns what an event says.
func attributes(e client.Event) []attribute.KeyValue {
	var all []attribute.KeyValue
	for _, word := range []attribute.KeyValue{
		attribute.String("service", e.Service), attribute.String("method", e.Method), attribute.String("trigger", e.Trigger),
		attribute.String("source", e.Source), attribute.String("limited", e.Limited), attribute.String("error.type", e.Kind),
	} {
		if word.Value.AsString() != "" {
			all = append(all, word)
		}
	}
	return all
}

// spans makes the spans of logins.
type spans struct{ tracer trace.Tracer }

// spanKey is the key of a login's span: the span of a context may be another's.
type spanKey struct{}

func (s spans) begin(ctx context.Context, e client.Event) context.Context {
	ctx, span := s.tracer.Start(ctx, "latchkey.login", trace.WithAttributes(attributes(e)...))
	return context.WithValue(ctx, spanKey{}, span)
}

func (s spans) end(ctx context.Context, e client.Event) {
	span, ok := ctx.Value(spanKey{}).(trace.Span)
	if !ok {
		return
	}
	span.SetAttributes(attributes(e)...)
	if e.Status != 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", e.Status))
	}
	if e.Kind != "" {
		span.SetStatus(codes.Error, e.Kind)
	}
	span.End()
}
