package otelobserver_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/otelobserver"
)

// given returns a Client that has a token of this life.
func given(t *testing.T, life time.Duration) *client.Client {
	t.Helper()
	c, err := client.New(tokenLogin{life})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// watch watches Clients until the function that it returns is called.
func watch(t *testing.T, p otelobserver.Providers, clients ...*client.Client) (stop func()) {
	t.Helper()
	unregister, err := otelobserver.Watch(p, slices.Values(clients))
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		for range 2 { // the second time does nothing
			if err := unregister(); err != nil {
				t.Error(err)
			}
		}
	}
}

// remaining returns what is told of the time that is left.
func (o *telemetry) remaining(t *testing.T) string {
	t.Helper()
	lines := slices.DeleteFunc(o.numbers(t), func(line string) bool { return !strings.HasPrefix(line, "latchkey.token.remaining") })
	return strings.TrimPrefix(strings.Join(lines, "; "), "latchkey.token.remaining [s] method=given service=own ")
}

// Clients that are watched one by one count together, as if they were watched at once.
func TestWatchesOfAProviderCountTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, uncomparable := range []bool{false, true} {
			o, other := newTelemetry(), newTelemetry()
			if uncomparable { // then nobody can tell which of them belong together
				o.Meter = odd{o.Meter, []string{"a"}}
			}
			short, long, elsewhere := given(t, 10*time.Minute), given(t, time.Hour), given(t, time.Minute)
			stopShort, stopElsewhere := watch(t, o.Providers, short, nil), watch(t, other.Providers, elsewhere)
			stopLong := watch(t, o.Providers, long)
			if got := o.remaining(t); got != "600" && !uncomparable {
				t.Errorf("both: %q; want 600", got)
			}
			if got := other.remaining(t); got != "60" {
				t.Errorf("another provider: %q; want 60", got)
			}
			stopShort()
			if got := o.remaining(t); got != "3600" {
				t.Errorf("one is stopped: %q; want 3600", got)
			}
			stopLong()
			stopElsewhere()
			if got := o.remaining(t) + other.remaining(t); got != "" {
				t.Errorf("all are stopped: %q", got)
			}
		}
	})
}

// odd is a MeterProvider that cannot be compared.
type odd struct {
	metric.MeterProvider

	attributes []string
}

// Clients that nobody uses let their tokens expire, and hide no other one's time.
func TestWatchLeavesOutWhatHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newTelemetry()
		stop := watch(t, o.Providers, given(t, 10*time.Minute), given(t, time.Hour))
		defer stop()
		time.Sleep(30 * time.Minute)
		if got := o.remaining(t); got != "1800" {
			t.Errorf("%q; want 1800", got)
		}
		time.Sleep(30 * time.Minute)
		if got := o.remaining(t); got != "" {
			t.Errorf("%q; want nothing", got)
		}
	})
}

func TestWatchNeedsClients(t *testing.T) {
	if _, err := otelobserver.Watch(newTelemetry().Providers, nil); err == nil {
		t.Error("nil is watched")
	}
}
