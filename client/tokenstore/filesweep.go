package tokenstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/latchkey-go/latchkey/client"
)

const (
	folders    = 256
	sweepPause = time.Second
	sweepFiles = 256       // most files of one turn, so that no Put looks at all of them
	orphanAge  = time.Hour // a temporary file is renamed within moments, or never
)

// sweep removes expired records and leftovers, one folder per turn. It begins with a random folder, so that processes
// which do only one Put reach all folders together.
type sweep struct {
	mu     sync.Mutex
	last   time.Time
	folder int
}

// some has a turn if it is time for one. Its failures are ignored: the Put has succeeded.
func (s *sweep) some(ctx context.Context, dir string) {
	folder, due := s.next(time.Now())
	if !due {
		return
	}
	name := fmt.Sprintf("%02x", folder)
	open, err := openFolder(dir, name, false)
	if err != nil {
		return
	}
	at := place{folder: open, path: filepath.Join(dir, name)}
	defer at.close()
	files, _ := fs.ReadDir(open.FS(), ".")
	rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for _, file := range files[:min(len(files), sweepFiles)] {
		if ctx.Err() != nil {
			return
		}
		name := file.Name()
		suffix := filepath.Ext(name)
		switch {
		case strings.HasPrefix(name, ".") && strings.HasPrefix(suffix, recordSuffix):
			removeOrphan(open, file)
		case suffix == recordSuffix || suffix == lockSuffix:
			at.name = strings.TrimSuffix(name, suffix)
			removeDead(at)
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

// removeOrphan removes a temporary file that is too old to have a writer.
func removeOrphan(folder *os.Root, file os.DirEntry) {
	info, err := file.Info()
	if err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > orphanAge {
		_ = folder.Remove(file.Name())
	}
}

// removeDead removes a record that is expired or damaged, and a lock file without a record.
func removeDead(at place) {
	if dead(at) {
		removeIfDead(at)
	}
}

// removeIfDead takes the lock first: its holder may be about to put a new record there.
func removeIfDead(at place) {
	unlock, err := at.take((*flock.Flock).TryLock)
	if unlock == nil || err != nil {
		return
	}
	defer unlock()
	if dead(at) {
		_ = at.folder.Remove(at.record())
		_ = at.folder.Remove(at.lock())
	}
}

func dead(at place) bool {
	_, err := at.read()
	return errors.Is(err, client.ErrTokenNotFound)
}
