package tokenstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// A record's file holds fileMagic, the expiry in milliseconds since 1970 (8 bytes, big-endian), the record, and the
// SHA-256 of the file's name and of all that.
const (
	fileMagic  = "latchk\x00\x01" // the last byte is the version
	headerSize = len(fileMagic) + 8

	maxRecord = 128 << 10 // twice what a TokenStore must take, so that a wrapper can add to it
	maxFile   = maxRecord + headerSize + sha256.Size
)

func encodeRecord(name string, record []byte, expiry time.Time) []byte {
	data := make([]byte, 0, headerSize+len(record)+sha256.Size)
	data = append(data, fileMagic...)
	data = binary.BigEndian.AppendUint64(data, uint64(expiry.UnixMilli()))
	data = append(data, record...)
	return append(data, checksum(name, data)...)
}

// decodeRecord returns what encodeRecord was given. ok is false for anything else.
func decodeRecord(name string, data []byte) (record []byte, expiry time.Time, ok bool) {
	if len(data) < headerSize+sha256.Size || len(data) > maxFile {
		return nil, time.Time{}, false
	}
	content, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if string(data[:len(fileMagic)]) != fileMagic || !bytes.Equal(sum, checksum(name, content)) {
		return nil, time.Time{}, false
	}
	millis := int64(binary.BigEndian.Uint64(data[len(fileMagic):])) //nolint:gosec // written likewise
	return content[headerSize:], time.UnixMilli(millis), true
}

// checksum finds damage. It does not protect from somebody who can write the file.
func checksum(name string, content []byte) []byte {
	hash := sha256.New()
	hash.Write([]byte(name)) // all names have the same length
	hash.Write(content)
	return hash.Sum(nil)
}
