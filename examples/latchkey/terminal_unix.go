//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// ownTerminal waits until no other command asks at this terminal: two would get each other's secrets, and the first one
// to end would switch echo on for the other. A terminal belongs to one session, whose number is the place of its lock
// in a file. Where there are no locks, nobody waits.
func ownTerminal(ctx context.Context) (leave func(), err error) {
	nobody := func() {}
	dir, err := stateDir()
	if err != nil {
		return nobody, nil // and nothing is shared
	}
	session, err := unix.Getsid(0)
	if err != nil {
		return nobody, nil
	}
	file, err := os.OpenFile(filepath.Join(dir, "prompts.lock"), os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // it is ours
	if err != nil {
		return nobody, nil
	}
	leave = func() { _ = file.Close() }
	look := time.NewTicker(askPoll)
	defer look.Stop()
	for {
		place := unix.Flock_t{Type: unix.F_WRLCK, Start: int64(session), Len: 1}
		err := unix.FcntlFlock(file.Fd(), unix.F_SETLK, &place)
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EACCES) {
			return leave, nil // it is ours, or there are no locks
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
}
