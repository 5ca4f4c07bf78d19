package queue

import (
	"testing"

	"go.uber.org/goleak"
)

// No goroutine outlives its purpose.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
