//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore

// Unlocked is for tests.
var Unlocked = unlocked
