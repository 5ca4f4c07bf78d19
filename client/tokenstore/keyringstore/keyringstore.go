// Package keyringstore keeps tokens in the keyring of the user who is logged in on this machine: the Secret Service
// (GNOME Keyring, KWallet) on Linux and the BSDs, the Keychain on macOS, the Credential Manager on Windows. It is for
// tools that a person runs at a desk. Servers, containers and cron jobs mostly have no keyring: test for
// [ErrUnavailable], and use tokenstore.Files.
//
// A keyring protects tokens from other users and from a thief of the disk. Programs of the same user can mostly read
// it.
//
// Keyrings have no locks, so a [Store] is no [client.Locker]. Processes that find no token at the same time log in each
// for itself, and the last token stays.
package keyringstore

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/latchkey-go/latchkey/client"
)

// ErrUnavailable says that the keyring did not do its work: there is none, it cannot be reached, it is locked, it did
// not answer, or the record is too large for it. The error that wraps it says which. For a record that is too large,
// the error also wraps [keyring.ErrSetDataTooBig].
var ErrUnavailable = errors.New("the keyring is not available")

// Store is a [client.TokenStore]. It is safe for concurrent use by multiple goroutines. [New] makes one.
//
// A record is an item of the keyring, under the service's name and the record's key. Keyrings forget nothing, so the
// item also holds the record's end, on this machine's clock, and a later Get deletes it. An item that is never read
// again stays. A record can have about 1,900 bytes on macOS and Windows, and 75,000 elsewhere.
//
// A locked Secret Service counts as unavailable; the user is not asked to unlock it. macOS may ask the user.
//
// Calls return as soon as ctx is done. The keyring may still be at work then, and a Put may still take effect. The
// keyring does one call of a process at a time: later calls wait for it, each until its own ctx is done, and at most
// one goroutine stays behind.
type Store struct{ service string }

// Option changes a default of [New].
type Option func(*Store)

// WithService sets the name of the service, under which keyrings show their items to the user. The default is
// "latchkey".
func WithService(name string) Option {
	return func(s *Store) { s.service = name }
}

// New returns a Store in the user's keyring. It does no I/O.
func New(opts ...Option) *Store {
	s := &Store{service: "latchkey"}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Get implements [client.TokenStore]. The error wraps [client.ErrTokenNotFound] if there is no record. It wraps that
// and [client.ErrRecordUnreadable] if the item is damaged or foreign. If ctx was done before the call, it wraps
// ctx.Err(). Every other error, of the other methods too, wraps [ErrUnavailable] and the cause.
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	return ask(ctx, func() ([]byte, error) {
		value, err := keyring.Get(s.service, key)
		if err != nil {
			return nil, err
		}
		record, expiry, err := decode(value)
		if err != nil {
			return nil, fmt.Errorf("%w: %w: %w", err, client.ErrRecordUnreadable, client.ErrTokenNotFound)
		}
		if !time.Now().Before(expiry) {
			_ = keyring.Delete(s.service, key)
			return nil, client.ErrTokenNotFound
		}
		return record, nil
	})
}

// Put implements [client.TokenStore].
func (s *Store) Put(ctx context.Context, key string, record []byte, ttl time.Duration) error {
	value := encode(record, time.Now().Add(ttl))
	_, err := ask(ctx, func() (any, error) {
		if len(value) > valueLimit(runtime.GOOS) {
			return nil, fmt.Errorf("a record of %d bytes: %w", len(record), keyring.ErrSetDataTooBig)
		}
		return nil, keyring.Set(s.service, key, value)
	})
	return err
}

// Delete implements [client.TokenStore].
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := ask(ctx, func() (any, error) {
		return nil, keyring.Delete(s.service, key)
	})
	if errors.Is(err, client.ErrTokenNotFound) {
		return nil
	}
	return err
}

// valueLimit returns how long a value may be. Windows sets the first limit. macOS, which encodes values once more,
// takes as much under names of up to 490 bytes. On the other systems it is go-keyring's advice, and enough for 64 KiB.
func valueLimit(goos string) int {
	if goos == "windows" || goos == "darwin" {
		return 2560
	}
	return 100 << 10
}

// version begins a value. The record's end in Unix milliseconds and the record in base64 follow, since keyrings are
// made for text.
const version = "latchkey1"

func encode(record []byte, expiry time.Time) string {
	return version + ":" + strconv.FormatInt(expiry.UnixMilli(), 10) + ":" + base64.RawStdEncoding.EncodeToString(record)
}

var errForeign = errors.New("the keyring's item is not of our making")

func decode(value string) (record []byte, expiry time.Time, err error) {
	parts := strings.Split(value, ":")
	if len(parts) != 3 || parts[0] != version {
		return nil, time.Time{}, errForeign
	}
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, time.Time{}, errForeign // err would quote the item
	}
	record, err = base64.RawStdEncoding.DecodeString(parts[2])
	expiry = time.UnixMilli(ms)
	if err != nil || encode(record, expiry) != value { // both readers take more than one spelling
		return nil, time.Time{}, errForeign
	}
	return record, expiry, nil
}
