package hostile_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// logged is what net/http has logged: it repeats what follows an answer.
var logged = &syncBuffer{}

// TestMain fails if the log has the password, or if a goroutine is left when all tests are over.
func TestMain(m *testing.M) {
	log.SetOutput(logged)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		for _, password := range passwords() {
			if bytes.Contains(logged.Bytes(), []byte(password)) {
				fmt.Println("the password is in the log")
				code = 1
			}
		}
		os.Exit(code)
	}))
}

type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}
