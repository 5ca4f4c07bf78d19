//go:build !race

package client_test

const gibibyte = 1 << 30
