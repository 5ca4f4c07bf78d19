package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

const (
	secretLimit = 5 * time.Minute // for a Secret to answer, the wait for its turn included
	secretGrace = time.Second     // for a Secret to return when its ctx is done; then its turn is another's
)

// asker asks a Secret, from one goroutine at a time.
type asker struct {
	secret  Secret
	account Account
	asking  chan struct{} // full while the Secret is asked
}

// ask calls begins and asks for the secret when nobody else asks for it. A Secret that does not obey its ctx keeps its
// turn until it returns, at most until secretLimit and secretGrace are over.
func (a asker) ask(ctx context.Context, begins func()) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", gaveUp(a.account, err)
	}
	limited, cancel := context.WithTimeout(ctx, secretLimit)
	defer cancel()
	secret, err := await.InTurn(limited, a.asking, secretLimit+secretGrace, "Secret", begins, func(ctx context.Context) (string, error) {
		secret, err := a.secret(ctx)
		return secret, noSecret(err, a.account)
	})
	if err != nil && limited.Err() != nil {
		return "", a.late(ctx)
	}
	return secret, harmless(err, a.account, secret)
}

// late returns the error for a Secret that did not return in time: ctx is done, or the limit is over.
func (a asker) late(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return gaveUp(a.account, err)
	}
	return noSecret(fmt.Errorf("the Secret did not return within %s: %w", secretLimit, context.DeadlineExceeded), a.account)
}

// noSecret wraps the error of a Secret, unless it is one of ours.
func noSecret(err error, account Account) error {
	if _, ours := errors.AsType[*LoginError](err); err == nil || ours {
		return err
	}
	return loginError(account, "", fmt.Errorf("%w: %w", errNoSecret, err))
}

// gaveUp returns the error for a caller whose context is done.
func gaveUp(account Account, err error) error {
	return loginError(account, "the caller stopped waiting", err)
}

func loginError(account Account, message string, err error) *LoginError {
	return &LoginError{Service: account.Service, Method: account.Method, Message: message, Err: err}
}
