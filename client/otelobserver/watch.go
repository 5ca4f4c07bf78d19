package otelobserver

import (
	"context"
	"errors"
	"iter"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/latchkey-go/latchkey/client"
)

// Watch makes gauges of the state of Clients, which are read whenever metrics are collected: those of a Pool
// (pool.All()), or some of your own (slices.Values). Of the accounts that have service and method in common,
// latchkey.token.remaining is the shortest time until a token expires, and latchkey.login.paused is the number of those
// whose logins are kept off, by reason: "refused", "failing" or "rate_limited". A token that has expired, or whose expiry
// is unknown, has no time. What is watched by several calls with the same Meter counts together. Call stop when the
// Clients are not used any more. The error says that clients is nil, or is that of the Meter.
func Watch(p Providers, clients iter.Seq[*client.Client]) (stop func() error, err error) {
	if clients == nil {
		return nil, errors.New("otelobserver: Watch needs clients")
	}
	w := &watch{p.Meter, clients}
	meter := p.meter()
	remaining, err1 := meter.Float64ObservableGauge("latchkey.token.remaining", metric.WithUnit("s"),
		metric.WithDescription("Time until a token expires, the shortest of all accounts."))
	paused, err2 := meter.Int64ObservableGauge("latchkey.login.paused", metric.WithUnit("{account}"),
		metric.WithDescription("Accounts whose logins are kept off."))
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	registration, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for of, s := range summaries(w.together(), time.Now()) {
			if s.expires {
				o.ObserveFloat64(remaining, s.remaining.Seconds(), metric.WithAttributes(of.attributes()...))
			}
			for reason, n := range s.paused {
				o.ObserveInt64(paused, n, metric.WithAttributes(append(of.attributes(), attribute.String("reason", reason))...))
			}
		}
		return nil
	}, remaining, paused)
	if err != nil {
		return nil, err
	}
	w.add()
	return func() error {
		w.remove()
		return registration.Unregister()
	}, nil
}

// kind is what accounts have in common.
type kind struct{ service, method string }

func (k kind) attributes() []attribute.KeyValue {
	return attributes(client.Event{Service: k.service, Method: k.method})
}

// summary is the state of the accounts of a kind.
type summary struct {
	expires   bool          // one of them has a token of known expiry
	remaining time.Duration // the shortest one's
	paused    map[string]int64
}

func summaries(clients iter.Seq[*client.Client], now time.Time) map[kind]*summary {
	all := map[kind]*summary{}
	for c := range clients {
		if c == nil {
			continue
		}
		account, status := c.Account(), c.Status()
		of := kind{account.Service, account.Method}
		s := all[of]
		if s == nil {
			s = &summary{paused: map[string]int64{}}
			all[of] = s
		}
		if left := status.Expiry.Sub(now); left > 0 && (!s.expires || left < s.remaining) {
			s.expires, s.remaining = true, left
		}
		for reason, until := range map[string]time.Time{
			"refused": status.RefusedUntil, "failing": status.FailingUntil, "rate_limited": status.RateLimitedUntil,
		} {
			s.paused[reason] += 0 // it is told if it is none, too
			if !until.IsZero() {
				s.paused[reason]++
			}
		}
	}
	return all
}
