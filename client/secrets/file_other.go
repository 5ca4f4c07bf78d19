//go:build !unix

package secrets

import "errors"

// There are no named pipes in the file system.
const nonBlocking = 0

var errAgain = errors.New("there is nothing to read yet")
