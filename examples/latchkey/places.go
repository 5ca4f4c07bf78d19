package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// homeVariable names a directory for everything that the command keeps, in place of the user's own directories.
const homeVariable = "LATCHKEY_HOME"

// stateDir is for what is no secret: the list of accounts, and locks.
func stateDir() (string, error) {
	if dir, err := own("state"); dir != "" || err != nil {
		return dir, err
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "latchkey"), homeless(err)
}

// tokenDir is for tokens in files.
func tokenDir() (string, error) {
	if dir, err := own("tokens"); dir != "" || err != nil {
		return dir, err
	}
	dir, err := tokenstore.DefaultDir()
	return dir, homeless(err)
}

// runDir is for sockets, and the Proxy-Token.
func runDir() (string, error) {
	if dir, err := own("run"); dir != "" || err != nil {
		return dir, err
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) { // a relative one does not count, as its document says
		return filepath.Join(dir, "latchkey"), nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "latchkey-run"), homeless(err)
}

// own returns a directory below the one that homeVariable names, as a full path: clients of a proxy are elsewhere. It
// is "" if the variable names none.
func own(name string) (string, error) {
	home := os.Getenv(homeVariable)
	if home == "" {
		return "", nil
	}
	return filepath.Abs(filepath.Join(home, name))
}

// homeless says what to do if the user's own directories are unknown.
func homeless(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: set HOME, or %s to a directory for all that is kept", err, homeVariable)
	}
	return err
}

// files returns the Files in one of these directories.
func files(dir string, err error) (*tokenstore.Files, error) {
	if err != nil {
		return nil, err
	}
	return tokenstore.NewFiles(dir)
}
