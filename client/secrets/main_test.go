package secrets_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if a goroutine is left when all tests are over. With a variable it is a program that prints a secret.
func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		program(os.Args[1:])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
