//go:build unix && !linux

package soak_test

import "testing"

func newDisk(t *testing.T) disk {
	return disk{t.TempDir(), "a full disk is left out: only Linux has a mount for it here"}
}
