package tokenstore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	syncCall   = regexp.MustCompile(`\b(?:fsync|fdatasync)\(\d+<([^>]+)>`)
	renameCall = regexp.MustCompile(`\brename(?:at2?)?\(.*?"([^"]+)",.*"([^"]+\.token)"`)
)

// TestRecordIsSyncedBeforeItIsRenamed: otherwise a power failure can leave an empty file in a record's place.
func TestRecordIsSyncedBeforeItIsRenamed(t *testing.T) {
	t.Parallel()
	if output, err := exec.Command("strace", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace does not work here (Debian: apt-get install strace): %v %s", err, output)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(dir, "trace")
	cmd := exec.Command("strace", "-f", "-y", "-s", "4096", "-o", trace,
		"-e", "trace=fsync,fdatasync,/^rename", program)
	cmd.Env = append(os.Environ(), roleVariable+"=count", dirVariable+"="+dir+"/store")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, output)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}

	synced, renamed := map[string]bool{}, 0
	for line := range strings.Lines(string(text)) {
		if call := syncCall.FindStringSubmatch(line); call != nil {
			synced[filepath.Base(call[1])] = true
		}
		if call := renameCall.FindStringSubmatch(line); call != nil {
			renamed++
			if !synced[call[1]] {
				t.Errorf("not synced before: %s", line)
			}
			delete(synced, call[1])
		}
	}
	if renamed != countsEach {
		t.Errorf("%d records were renamed; want %d, in\n%s", renamed, countsEach, text)
	}
}
