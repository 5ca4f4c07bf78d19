//go:build !unix

package main

import "os"

// ignoreStop does nothing: nothing stops a process at this terminal.
func ignoreStop() (resume func()) { return func() {} }

// inBackground reports false: there are no jobs here.
func inBackground(*os.File) bool { return false }
