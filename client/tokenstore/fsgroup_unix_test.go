//go:build unix

package tokenstore_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// mount does what kubelet does to a volume with fsGroup at each mount. The owner stays.
func mount(t *testing.T, volume string) {
	t.Helper()
	err := filepath.WalkDir(volume, func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.Type() == fs.ModeSymlink {
			return err
		}
		info, err := file.Info()
		if err != nil {
			return err
		}
		mode := info.Mode() | 0o660
		if file.IsDir() {
			mode |= fs.ModeSetgid | 0o110
		}
		if os.Geteuid() == 0 {
			if err := os.Chown(path, -1, 4711); err != nil {
				return err
			}
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A pod with fsGroup starts again and again: the directory is private again each time, and its record is there.
func TestFSGroupMakesNoDirectoryUnfit(t *testing.T) {
	for name, below := range map[string]string{"made by NewFiles": "new/latchkey", "made beforehand": ""} {
		t.Run(name, func(t *testing.T) {
			volume := t.TempDir()
			dir := filepath.Join(volume, below)
			mount(t, volume)
			put(t, openFiles(t, dir), "key", "the record")
			for range 2 {
				mount(t, volume)
				store := openFiles(t, dir)
				wantRecord(t, store, "key", "the record")
				put(t, store, "key", "the record")
				if unlock, err := store.Lock(t.Context(), "key"); err != nil {
					t.Error(err)
				} else {
					unlock()
				}
				if info, err := os.Stat(dir); err != nil || info.Mode() != fs.ModeDir|0o700 {
					t.Errorf("mode %v, %v; want 0700", info.Mode(), err)
				}
			}
		})
	}
}

// A directory that is not Files' own keeps its mode: others may need it. The error names what Kubernetes calls it.
func TestFSGroupDirectoryThatCannotBeMadePrivate(t *testing.T) {
	for name, unfit := range map[string]func(dir string) error{
		"other files":       func(dir string) error { return os.WriteFile(dir+"/data.db", nil, 0o600) },
		"other folders":     func(dir string) error { return os.Mkdir(dir+"/lost+found", 0o700) },
		"others write, too": func(dir string) error { return os.Chmod(dir, 0o777|fs.ModeSetgid) },
		"another user's": func(dir string) error {
			if os.Geteuid() != 0 {
				t.Skip("only root can give a directory away")
			}
			return os.Chown(dir, 12345, -1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mount(t, dir)
			if err := unfit(dir); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tokenstore.NewFiles(dir)
			if !errors.Is(err, tokenstore.ErrUnsafeDir) || !strings.Contains(err.Error(), "fsGroup: choose a directory below the volume") {
				t.Errorf("%v; want an error that wraps ErrUnsafeDir, names fsGroup and says what to do", err)
			}
			if after, err := os.Stat(dir); err != nil || after.Mode() != before.Mode() {
				t.Errorf("mode %v, %v; want it unchanged, %v", after.Mode(), err, before.Mode())
			}
		})
	}
}
