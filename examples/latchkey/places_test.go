package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A proxy prints where its socket and its Proxy-Token are: for clients in whatever directory.
func TestPlacesAreFullPaths(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv(homeVariable, "home")
	for name, place := range map[string]func() (string, error){"state": stateDir, "tokens": tokenDir, "run": runDir} {
		if got, err := place(); got != filepath.Join(dir, "home", name) || err != nil {
			t.Errorf("with %s=home it is %s, %v", homeVariable, got, err)
		}
	}
	t.Setenv(homeVariable, "")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	t.Setenv("XDG_RUNTIME_DIR", "run")
	if got, err := runDir(); got != filepath.Join(cache, "latchkey-run") || err != nil {
		t.Errorf("with a relative XDG_RUNTIME_DIR it is %s, %v", got, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/1")
	if got, err := runDir(); got != "/run/user/1/latchkey" || err != nil {
		t.Errorf("with XDG_RUNTIME_DIR it is %s, %v", got, err)
	}
}
