package client_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// refreshWindow is the design's: a tenth of the lifetime, at most 5 min.
func refreshWindow(lifetime time.Duration) time.Duration { return min(lifetime/10, 5*time.Minute) }

// wantLogins checks how many requests reached a login route, whatever came of them.
func wantLogins(t *testing.T, srv *sandbox.Server, want int) {
	t.Helper()
	if got := srv.Counts().LoginRequests; got != want {
		t.Errorf("%d login requests; want %d", got, want)
	}
}

// wantLoginsOver checks that logins are as many as a time of steady calls needs: ⌈T/(L−w)⌉ ± 1.
func wantLoginsOver(t *testing.T, srv *sandbox.Server, total, lifetime time.Duration) {
	t.Helper()
	want := int(math.Ceil(float64(total) / float64(lifetime-refreshWindow(lifetime))))
	if got := srv.Counts().LoginRequests; got < want-1 || got > want+1 {
		t.Errorf("%d logins in %s with tokens of %s; want %d ± 1", got, total, lifetime, want)
	}
}

// wantErr checks the kind of an error.
func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v; want %v", err, want)
	}
}

// wantRateLimit checks that an error is a *RateLimitError with the given wait.
func wantRateLimit(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok {
		t.Errorf("%v; want a *RateLimitError", err)
		return
	}
	if limit.RetryAfter != wait {
		t.Errorf("wait %s; want %s", limit.RetryAfter, wait)
	}
}

// wantHarmless checks that an error is one of ours and does not hold the secret, however it is printed.
func wantHarmless(t *testing.T, err error, secret string) {
	t.Helper()
	if _, typed := errors.AsType[*client.LoginError](err); !typed {
		if _, typed := errors.AsType[*client.RateLimitError](err); !typed {
			t.Errorf("%T; want a *LoginError or a *RateLimitError", err)
		}
	}
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%s", "%q", "%#v"} {
			if text := fmt.Sprintf(verb, err); strings.Contains(text, secret) {
				t.Errorf("the secret is in %T's %s: %s", err, verb, text)
			}
		}
	}
}
