// Package keyringstore keeps tokens in the keyring of the user who is logged in on this machine: the Secret Service
// (GNOME Keyring, KWallet) on Linux and the BSDs, the Keychain on macOS, the Credential Manager on Windows. It is
// for tools that a person runs at a desk. Where nobody is logged in, on servers, in containers and in cron jobs,
// there is mostly no keyring to reach: test for ErrUnavailable, and take tokenstore.Files.
//
// A keyring keeps tokens from other users and from whoever takes the disk. Programs of the same user can mostly
// read it.
//
// Keyrings have no locks, so that Store is no client.Locker: processes that find no token at the same time each log
// in for themselves, and the last token is kept.
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

// ErrUnavailable says that the keyring did not do what it was asked to: there is none, it cannot be reached, it is
// locked, it did not answer, or it does not take so large a record. The error that wraps it says more, and in the
// last case wraps go-keyring's ErrSetDataTooBig besides.
var ErrUnavailable = errors.New("the keyring is not available")

// Store is a client.TokenStore. It is safe for concurrent use by multiple goroutines.
//
// A record is an item of the keyring, under the service's name and the record's key. Since keyrings forget nothing,
// its end, on this machine's clock, is kept with it, and a Get that comes later deletes the item. Those that nobody
// asks for again stay. On macOS and Windows a record can have about 1,900 bytes, elsewhere 75,000.
//
// A locked Secret Service counts as not available, and nobody is asked to unlock it. macOS may ask the user.
//
// Calls return as soon as ctx is done. The keyring may still be at work then, and a Put take effect. It does one
// thing at a time for a process: until it is done, later calls wait, each no longer than its ctx, and one goroutine
// is left behind, however many calls there were.
type Store struct{ service string }

// Option changes a default of New.
type Option func(*Store)

// WithService sets the service's name, by which keyrings sort their items and show them to the user. The default is
// "latchkey".
func WithService(name string) Option {
	return func(s *Store) { s.service = name }
}

// New returns a Store in the user's keyring. It does not ask for the keyring yet.
func New(opts ...Option) *Store {
	s := &Store{service: "latchkey"}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Get implements client.TokenStore. Errors of all methods wrap ErrUnavailable and their cause, but for these: there is
// no record (client.ErrTokenNotFound), its item is damaged or not of our making (client.ErrRecordUnreadable and
// client.ErrTokenNotFound), or ctx was done before the call (its error).
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

// Put implements client.TokenStore.
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

// Delete implements client.TokenStore.
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := ask(ctx, func() (any, error) {
		return nil, keyring.Delete(s.service, key)
	})
	if errors.Is(err, client.ErrTokenNotFound) {
		return nil
	}
	return err
}

// valueLimit is how long a value may be. Windows sets the first limit, and macOS, which encodes values once more,
// takes as much under names of up to 490 bytes. For the others it is go-keyring's advice, and enough for 64 KiB.
func valueLimit(goos string) int {
	if goos == "windows" || goos == "darwin" {
		return 2560
	}
	return 100 << 10
}

// A value is the version, when its time is up in Unix milliseconds, and the record in base64, since keyrings are
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
		return nil, time.Time{}, errForeign // and not err, which quotes the item
	}
	record, err = base64.RawStdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, time.Time{}, errForeign
	}
	return record, time.UnixMilli(ms), nil
}
