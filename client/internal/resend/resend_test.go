package resend_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/resend"
)

func TestOf(t *testing.T) {
	ctx := t.Context()
	if n := resend.Of(ctx); n != 0 {
		t.Errorf("%d for a request that is sent for the first time", n)
	}
	if n := resend.Of(resend.With(resend.With(ctx, 1), 2)); n != 2 {
		t.Errorf("%d; want 2", n)
	}
}
