package otelobserver_test

import (
	"fmt"
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
		for _, shortFirst := range []bool{true, false} {
			o, other := newTelemetry(), newTelemetry()
			lives := []time.Duration{10 * time.Minute, time.Hour}
			if !shortFirst {
				slices.Reverse(lives)
			}
			stopFirst := watch(t, o.Providers, given(t, lives[0]), nil)
			stopElsewhere := watch(t, other.Providers, given(t, time.Minute))
			stopSecond := watch(t, o.Providers, given(t, lives[1]))
			if got := o.remaining(t); got != "600" {
				t.Errorf("both: %q; want 600", got)
			}
			if got := other.remaining(t); got != "60" {
				t.Errorf("another provider: %q; want 60", got)
			}
			stopFirst()
			if got := o.remaining(t); got != fmt.Sprint(lives[1].Seconds()) {
				t.Errorf("one is stopped: %q; want that of the other, %s", got, lives[1])
			}
			stopSecond()
			stopElsewhere()
			if got := o.remaining(t) + other.remaining(t); got != "" {
				t.Errorf("all are stopped: %q", got)
			}
		}
	})
}

// However many there are, one of them tells the time of all.
func TestThreeWatchesCountTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newTelemetry()
		for _, life := range []time.Duration{time.Hour, 10 * time.Minute, 2 * time.Hour} {
			defer watch(t, o.Providers, given(t, life))()
		}
		if got := o.remaining(t); got != "600" {
			t.Errorf("%q; want 600", got)
		}
	})
}

// Nobody can tell which watches of such a provider belong together. Each is read by itself.
func TestWatchOfAProviderThatCannotBeCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newTelemetry()
		o.Meter = odd{o.Meter, []string{"a"}}
		stopFirst, stopSecond := watch(t, o.Providers, given(t, time.Minute)), watch(t, o.Providers, given(t, time.Hour))
		stopFirst()
		if got := o.remaining(t); got != "3600" {
			t.Errorf("%q; want 3600", got)
		}
		stopSecond()
		if got := o.remaining(t); got != "" {
			t.Errorf("all are stopped: %q", got)
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
