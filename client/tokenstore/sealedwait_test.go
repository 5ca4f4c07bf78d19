package tokenstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore"
)

// restless is a store whose record is another one each time, and never one of ours.
type restless struct {
	*memory

	asked int
}

func (*restless) Lock(context.Context, string) (func(), error) { return func() {}, nil }

func (r *restless) LockOrGet(context.Context, string, []byte) (func(), []byte, error) {
	if r.asked++; r.asked > 1000 {
		return nil, nil, errors.New("asked without end")
	}
	return nil, []byte(rand.Text()), nil
}

// A store that lies without end holds nobody up.
func TestSealedRecordThatChangesAgainAndAgain(t *testing.T) {
	store := &restless{memory: newMemory()}
	_, record, err := sealed(t, store, keyOf(1)).(client.LockOrGetter).LockOrGet(t.Context(), "key", nil)
	if record != nil || !errors.Is(err, tokenstore.ErrWrongKey) {
		t.Errorf("%q, %v; want ErrWrongKey", record, err)
	}
}
