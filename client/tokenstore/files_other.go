//go:build !unix

package tokenstore

import (
	"io/fs"

	"github.com/gofrs/flock"
)

const noWait = 0

var lockOptions []flock.Option

// foreign and groupWrites cannot tell on these systems, whose mode bits do not say who can write.

func foreign(fs.FileInfo) string { return "" }

func groupWrites(fs.FileInfo) bool { return false }
