package client_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// wantStatus compares all of a Status but NextRefresh, which has jitter.
func wantStatus(t *testing.T, c *client.Client, want client.Status) {
	t.Helper()
	got := c.Status()
	got.NextRefresh = time.Time{}
	for _, at := range []*time.Time{&got.TokenReceived, &got.Expiry, &got.RefusedUntil, &got.RateLimitedUntil} {
		*at = at.Round(0)
	}
	for _, at := range []*time.Time{&want.TokenReceived, &want.Expiry, &want.RefusedUntil, &want.RateLimitedUntil} {
		*at = at.Round(0)
	}
	if got != want {
		t.Errorf("status\n%+v; want\n%+v", got, want)
	}
}

func TestStatusFromColdToRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{Latency: time.Second})
		c := bleepayService.client(t, srv)
		wantStatus(t, c, client.Status{})
		if !c.Status().NextRefresh.IsZero() {
			t.Error("a refresh of nothing")
		}

		began := time.Now()
		atOnce(10, func(int) { mustToken(t, c) })
		issued := began.Add(time.Second)
		// The token was issued on the second that the request came.
		warm := client.Status{TokenReceived: issued, Expiry: mustExpire(t, c), Logins: 1, SharedWaits: 9}
		wantStatus(t, c, warm)
		if left := warm.Expiry.Sub(issued); left < 59*time.Minute || left > time.Hour {
			t.Errorf("expires in %s; want about 1 h", left)
		}
		next := c.Status().NextRefresh
		if left := warm.Expiry.Sub(next); left < 269*time.Second || left > 331*time.Second {
			t.Errorf("refreshed %s before its end; want 5 min ± 10 %%", left)
		}
		for range 1000 {
			mustToken(t, c) // hits are not counted
		}
		wantStatus(t, c, warm)

		// Nothing happens by itself.
		time.Sleep(time.Until(next) - time.Nanosecond)
		mustToken(t, c)
		wantStatus(t, c, warm)
		time.Sleep(time.Nanosecond)
		wantStatus(t, c, warm)
		mustToken(t, c)
		refreshing := warm
		refreshing.Refreshes = 1
		wantStatus(t, c, refreshing)
		time.Sleep(time.Second)
		synctest.Wait()
		wantStatus(t, c, client.Status{
			TokenReceived: next.Add(time.Second), Expiry: mustExpire(t, c), Logins: 2, SharedWaits: 9, Refreshes: 1,
		})
		c.Invalidate(mustToken(t, c))
		wantStatus(t, c, client.Status{Logins: 2, SharedWaits: 9, Refreshes: 1})
	})
}

func TestStatusOfATokenOfUnknownExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		wantStatus(t, c, client.Status{TokenReceived: time.Now(), Logins: 1})
		if next := c.Status().NextRefresh; !next.IsZero() {
			t.Errorf("refreshed at %s; want never", next)
		}
		aged := bezalaService.client(t, srv, client.WithMaxAge(time.Hour))
		mustToken(t, aged)
		if next := time.Until(aged.Status().NextRefresh); next < 54*time.Minute || next > 56*time.Minute {
			t.Errorf("refreshed in %s; want about 55 min", next)
		}
	})
}

func TestStatusAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.clientWith(t, srv, client.Static("wrong-password"))
		for range 3 {
			_, err := c.Token(t.Context())
			wantErr(t, err, client.ErrInvalidCredentials)
		}
		// Calls in the pause are no logins.
		wantStatus(t, c, client.Status{RefusedUntil: time.Now().Add(30 * time.Second), Failures: 1})
		time.Sleep(30 * time.Second)
		wantStatus(t, c, client.Status{Failures: 1})
	})
}

func TestStatusWhileRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(time.Minute, 1))
		c := bezalaService.client(t, srv)
		_, err := c.Token(t.Context())
		wantRateLimit(t, err, time.Minute)
		wantStatus(t, c, client.Status{RateLimitedUntil: time.Now().Add(time.Minute), Failures: 1, RateLimited: 1})
		time.Sleep(time.Minute)
		wantStatus(t, c, client.Status{Failures: 1, RateLimited: 1})
		mustToken(t, c)
		wantStatus(t, c, client.Status{TokenReceived: time.Now(), Logins: 1, Failures: 1, RateLimited: 1})
	})
}

// A 429 that a retry gets over is no failure; and only those of logins count.
func TestStatusCountsRateLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		srv.SetOutage(limited(time.Second, 2))
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		want := client.Status{TokenReceived: time.Now(), Logins: 1, RateLimited: 2}
		wantStatus(t, c, want)
		srv.SetOutage(sandbox.Outage{Kind: sandbox.TooManyRequests, Wait: time.Second, Times: 1})
		get(t, c, bezalaService.resource)
		wantStatus(t, c, want)
	})
}

func TestStatusCountsReplaysAndFailedRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		c := bleepayService.client(t, srv)
		mustToken(t, c)
		srv.RevokeAll()
		for range 3 {
			if status := get(t, c, bleepayService.resource); status != http.StatusOK {
				t.Errorf("HTTP %d", status)
			}
		}
		want := client.Status{TokenReceived: time.Now(), Expiry: mustExpire(t, c), Logins: 2, Replays: 1}
		wantStatus(t, c, want)

		srv.SetOutage(sandbox.Outage{Kind: sandbox.ErrorJSON, Scope: sandbox.Logins})
		time.Sleep(time.Until(c.Status().NextRefresh))
		mustToken(t, c)
		synctest.Wait()
		want.Refreshes, want.Failures = 1, 1
		wantStatus(t, c, want)
		if next := time.Until(c.Status().NextRefresh); next != 5*time.Second {
			t.Errorf("next refresh in %s; want it after the cool-down of 5 s", next)
		}
	})
}

func TestStatusNextRefreshIsNotBeforeAPauseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bleepayService.start(t, sandbox.Config{})
		typed := newSecrets("your-password")
		c := bleepayService.clientWith(t, srv, typed.secret)
		mustToken(t, c)
		typed.set("wrong-password")
		time.Sleep(time.Until(c.Status().NextRefresh))
		mustToken(t, c)
		synctest.Wait()
		if s := c.Status(); s.RefusedUntil.IsZero() || !s.NextRefresh.Equal(s.RefusedUntil) {
			t.Errorf("next refresh at %s, refused until %s; want both the same", s.NextRefresh, s.RefusedUntil)
		}
	})
}
