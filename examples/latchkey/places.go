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
	if home := os.Getenv(homeVariable); home != "" {
		return filepath.Join(home, "state"), nil
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "latchkey"), homeless(err)
}

// tokenDir is for tokens in files.
func tokenDir() (string, error) {
	if home := os.Getenv(homeVariable); home != "" {
		return filepath.Join(home, "tokens"), nil
	}
	dir, err := tokenstore.DefaultDir()
	return dir, homeless(err)
}

// runDir is for sockets, and the Proxy-Token.
func runDir() (string, error) {
	if home := os.Getenv(homeVariable); home != "" {
		return filepath.Join(home, "run"), nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "latchkey"), nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "latchkey-run"), homeless(err)
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
