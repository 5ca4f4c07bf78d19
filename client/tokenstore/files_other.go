//go:build !unix

package tokenstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// foreign and groupWrites cannot tell on these systems, whose mode bits do not say who can write.

func foreign(fs.FileInfo) string { return "" }

func groupWrites(fs.FileInfo) bool { return false }

// replaceFile writes a file and renames it. The system offers no more, and renameio offers nothing on it.
func replaceFile(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path))
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // after a success the file is gone
	if err := writeAndClose(file, data); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

func writeAndClose(file *os.File, data []byte) error {
	_, err := file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
