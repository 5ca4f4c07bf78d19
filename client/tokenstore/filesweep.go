package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

const (
	folders    = 256
	sweepPause = time.Second
	sweepFiles = 256       // looked at in one turn, so that no Put has to look at all of them
	orphanAge  = time.Hour // a temporary file is renamed within moments, or never
)

// sweep clears away what is left over: a folder per turn, in a circle that begins anywhere, so that processes that
// live for one Put see to the whole directory together.
type sweep struct {
	mu     sync.Mutex
	last   time.Time
	folder int
}

// some has a turn if it is time for one. It is nobody's failure if it cannot do its work.
func (s *sweep) some(ctx context.Context, dir string) {
	folder, due := s.next(time.Now())
	if !due {
		return
	}
	path := filepath.Join(dir, fmt.Sprintf("%02x", folder))
	files, _ := os.ReadDir(path)
	rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for _, file := range files[:min(len(files), sweepFiles)] {
		if ctx.Err() != nil {
			return
		}
		name := file.Name()
		suffix := filepath.Ext(name)
		switch {
		case strings.HasPrefix(name, ".") && strings.HasPrefix(suffix, recordSuffix):
			removeOrphan(path, file)
		case suffix == recordSuffix || suffix == lockSuffix:
			removeDead(place{path, strings.TrimSuffix(name, suffix)})
		}
	}
}

func (s *sweep) next(now time.Time) (folder int, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last.IsZero() {
		s.folder = rand.IntN(folders)
	}
	if now.Sub(s.last) < sweepPause {
		return 0, false
	}
	s.last = now
	s.folder = (s.folder + 1) % folders
	return s.folder, true
}

// removeOrphan removes a temporary file whose writer must be gone.
func removeOrphan(folder string, file os.DirEntry) {
	info, err := file.Info()
	if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > orphanAge {
		_ = os.Remove(filepath.Join(folder, file.Name()))
	}
}

// removeDead removes a record whose time is up, or that is damaged, and a lock file that has no record. It does so
// under the lock, so that it meets nobody who holds it and is about to put a new record there.
func removeDead(at place) {
	if !dead(at) {
		return
	}
	unlock, ok := tryLock(at)
	if !ok {
		return
	}
	defer unlock()
	if dead(at) {
		_ = os.Remove(at.record())
		_ = os.Remove(at.lock())
	}
}

func dead(at place) bool {
	_, err := readRecord(at)
	return errors.Is(err, client.ErrTokenNotFound)
}
