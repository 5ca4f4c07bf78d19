package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// maxAnswer is the length of the longest answer that is no record, with room to spare.
const maxAnswer = 64

// number sends a command that is answered with a number. Parameter lost is that of do.
func number(ctx context.Context, rdb redis.UniversalClient, lost func(), args ...any) (int64, error) {
	answer, err := do(ctx, rdb, maxAnswer, lost, args...)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(answer), 10, 64)
	if err != nil { // which would repeat the answer
		return 0, errors.New("redisstore: a command was not answered with a number")
	}
	return n, nil
}

// do sends a command and returns its answer, which has at most limit bytes: it costs no more memory, whatever the
// server says. do returns at once if ctx is done first. go-redis itself obeys ctx only until the command is sent, and
// then waits for the answer as long as its own timeouts allow. A panic of go-redis is an error.
//
// If do fails, lost is called in a goroutine of its own when the command has ended: the server may have carried it out.
// A nil lost is not called.
func do(ctx context.Context, rdb redis.UniversalClient, limit int, lost func(), args ...any) ([]byte, error) {
	cmd := command{redis.NewZeroCopyStringCmd(ctx, make([]byte, limit+len("\r\n")), args...)}
	if lost == nil {
		lost = func() {}
	}
	ended, err := await.Do(ctx, "go-redis", func(ctx context.Context) (error, error) {
		return rdb.Process(ctx, cmd), nil
	}, func(error) { lost() })
	if err == nil && ended != nil {
		err = ended
		go lost()
	}
	if cluster, ok := rdb.(*redis.ClusterClient); ok && !replied(err) {
		cluster.ReloadState(ctx) // go-redis goes on asking a dead master for a minute, whoever took over
	}
	switch {
	case err == nil:
		return cmd.Bytes(), nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("redisstore: no answer: %w", ctx.Err())
	}
	return nil, failure(err)
}

// command reads its answer into a buffer. An answer that is too long for it is an error.
type command struct{ *redis.ZeroCopyStringCmd }

// NoRetry returns false: each try fills the buffer anew, so the client may try as often as it does with others.
func (command) NoRetry() bool { return false }

// replied reports whether a command was answered, be it by an error.
func replied(err error) bool {
	_, reply := errors.AsType[redis.Error](err)
	return err == nil || reply
}

// failure names the store in err. A server that does not know a command repeats the arguments, with the record among
// them. failure cuts them off.
func failure(err error) error {
	if reply, _, recited := strings.Cut(err.Error(), ", with args beginning with"); recited {
		return fmt.Errorf("redisstore: %s", reply)
	}
	return fmt.Errorf("redisstore: %w", err)
}
