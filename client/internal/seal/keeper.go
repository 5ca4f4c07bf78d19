package seal

import (
	"context"
	"sync"

	"github.com/latchkey-go/latchkey/client/internal/digest"
)

// Keeper derives the keys of an account's record, once per secret, since that is slow by design. It is safe for
// concurrent use by multiple goroutines.
type Keeper struct {
	Name    string // of the account
	Unbound bool   // the keys need no secret
	Store   any    // which may be a Deriver

	mu   sync.Mutex
	last digest.Digest // of the last secret; zero: there was none
	keys Keys
}

// Keys returns the keys for a secret, and the secret's digest; zero if they need none. Errors are those of Bound or
// of the Deriver.
func (k *Keeper) Keys(ctx context.Context, secret string) (Keys, digest.Digest, error) {
	if k.Unbound {
		keys, err := Unbound(k.Name)
		return keys, digest.Digest{}, err
	}
	d := digest.Of(secret)
	if keys, last := k.Last(); last == d {
		return keys, d, nil
	}
	derive := Bound
	if deriver, ok := k.Store.(Deriver); ok {
		derive = deriver.BoundKeys
	}
	keys, err := derive(ctx, k.Name, secret)
	if err != nil {
		return Keys{}, d, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last, k.keys = d, keys
	return keys, d, nil
}

// Last returns the keys of the last secret, and its digest; zero if there was none.
func (k *Keeper) Last() (Keys, digest.Digest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys, k.last
}
