//go:build !unix

package main

import (
	"io/fs"
	"net"
)

// openToOthers cannot tell on these systems, whose mode bits do not say who can reach a file. The user's own folders
// have access lists that keep others out.
func openToOthers(fs.FileInfo) string { return "" }

func listenPrivately(path string) (net.Listener, error) {
	return net.Listen("unix", path)
}

// nobodyListens reports whether a connection failed. The caller holds the lock of the place.
func nobodyListens(error) bool { return true }
