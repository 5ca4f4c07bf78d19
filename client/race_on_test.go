//go:build race

package client_test

// gibibyte is less under the race detector, which slows the copying down.
const gibibyte = 64 << 20
