//go:build !((dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd)

package main

import "context"

// hasKeyring reports whether there is a keyring: these systems come with one.
func hasKeyring(context.Context) bool { return true }
