package soak_test

import (
	"syscall"
	"testing"
)

// newDisk mounts a disk of 1 MiB, if this user may.
func newDisk(t *testing.T) disk {
	d := disk{dir: t.TempDir()}
	if err := syscall.Mount("soak", d.dir, "tmpfs", 0, "size=1m,mode=0700"); err != nil {
		d.reason = "a full disk is left out: no disk of its own can be mounted: " + err.Error()
		return d
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return d
}
