//go:build !linux

package main

// harden does nothing here: the system has no such switch.
func harden() {}
