package keyringstore_test

import (
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
)

// worker is the environment variable that makes this test's program one of its worker processes.
const worker = "KEYRINGSTORE_TEST_WORKER"

// While several processes write one record, it is there at every moment.
func TestProcesses(t *testing.T) {
	if !session(t, withKeyring) {
		return
	}
	s := keyringstore.New()
	if os.Getenv(worker) != "" {
		for range 20 {
			put(t, s, "record", time.Hour)
			wantRecord(t, s, "record")
		}
		return
	}
	put(t, s, "record", time.Hour)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcesses$")
			cmd.Env = append(os.Environ(), worker+"=1")
			if output, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
	wg.Wait()
}
