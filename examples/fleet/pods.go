package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// podsLogin is how long the login takes for which all pods wait.
const podsLogin = 300 * time.Millisecond

// pods is Clients of one process that stand for as many pods: each is on its own, and has only the store in common with
// the others.
type pods struct {
	clients  []*client.Client
	commands *commandCounter // to the Redis, of all pods
}

// runPods has n pods start cold at one moment, and prints when they had a token. Its error is that of
// a pod without one.
func runPods(ctx context.Context, out io.Writer, n int, storeURL string) error {
	service := sandbox.NewFormLogin(sandbox.Config{Latency: podsLogin})
	defer service.Close()
	address, err := redis.ParseURL(storeURL)
	if err != nil {
		return err
	}
	rdb := redis.NewClient(address)
	defer func() { _ = rdb.Close() }()
	p, err := newPods(n, service, rdb)
	if err != nil {
		return err
	}
	tokens, err := p.start(ctx)
	if err != nil {
		return fmt.Errorf("a pod has no token: %w", err)
	}
	fmt.Fprintf(out, "\n%d pods in this process start cold at one moment. A login takes %d ms.\n\n", n, podsLogin.Milliseconds())
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tPODS\tLOGINS\tFIRST TOKEN\tLAST ONE AFTER IT\tCOMMANDS PER POD\t")
	fmt.Fprintf(table, "%-20s\t%d\t%d\t%s\t%s\t%.1f\t\n", "with a shared store", n, service.Counts().Logins,
		shown(tokens[0]), shown(tokens[n-1]-tokens[0]), float64(p.commands.n.Load())/float64(n))
	return table.Flush()
}

func newPods(n int, service *sandbox.Server, rdb *redis.Client) (pods, error) {
	p := pods{commands: new(commandCounter)}
	rdb.AddHook(p.commands)
	key := make([]byte, tokenstore.KeySize)
	_, _ = rand.Read(key) // it never fails
	store, err := tokenstore.SealedFast(redisstore.New(rdb), key)
	if err != nil {
		return pods{}, err
	}
	account := service.Accounts()[0]
	for range n {
		c, err := client.New(
			formlogin.Password{BaseURL: service.URL, Username: account.Name, Password: client.Static(account.Secret)},
			client.WithTokenStore(store),
		)
		if err != nil {
			return pods{}, err
		}
		p.clients = append(p.clients, c)
	}
	return p, nil
}

// start has all pods ask for a token. It returns how long each waited for its token, sorted.
func (p pods) start(ctx context.Context) ([]time.Duration, error) {
	tokens, errs := make([]time.Duration, len(p.clients)), make([]error, len(p.clients))
	began := time.Now()
	var all sync.WaitGroup
	for i, c := range p.clients {
		all.Go(func() {
			_, errs[i] = c.Token(ctx)
			tokens[i] = time.Since(began)
		})
	}
	all.Wait()
	slices.Sort(tokens)
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, errs[i]
	}
	return tokens, nil
}

// commandCounter counts the commands that a go-redis client sends.
type commandCounter struct{ n atomic.Int64 }

func (c *commandCounter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *commandCounter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *commandCounter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(int64(len(cmds)))
		return next(ctx, cmds)
	}
}
