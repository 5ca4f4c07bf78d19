//go:build (dragonfly && cgo) || (freebsd && cgo) || linux || netbsd || openbsd

package keyringstore

// Unlocked exports unlocked for tests.
var Unlocked = unlocked
