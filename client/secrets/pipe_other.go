//go:build !linux

package secrets

import "os"

// writerLeft reports whether a pipe has had a writer, who has closed it. Here nobody can tell.
func writerLeft(*os.File) bool { return false }
