package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// workerVariable makes this program a worker.
const workerVariable = "LATCHKEY_FLEET_WORKER"

// pause is the time between two requests of a worker.
const pause = 100 * time.Millisecond

// order is what a worker is told to do.
type order struct {
	BaseURL, Name, Password string
	StoreURL                string // URL of a Redis; "": no store
	StoreKey                []byte // the fleet's own key, which seals what lies there
}

// result is what a worker tells in the end.
type result struct {
	FirstToken time.Duration // time from its beginning to its first token; 0: it never had one
	Failed     int           // calls without a 200
	LastError  string
}

// work is what a worker does.
func work(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	c, err := o.newClient()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	if _, err := lines.ReadBytes('\n'); err != nil {
		return err
	}
	// The input ends when the work is done, and when the fleet's own process has died.
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		cancel()
	}()
	return json.NewEncoder(out).Encode(callSteadily(ctx, c))
}

// newClient has all the code that a program needs to share its token.
func (o order) newClient() (*client.Client, error) {
	login := formlogin.Password{BaseURL: o.BaseURL, Username: o.Name, Password: client.Static(o.Password)}
	if o.StoreURL == "" {
		return client.New(login)
	}
	address, err := redis.ParseURL(o.StoreURL)
	if err != nil {
		return nil, err
	}
	// Many workers begin at once on few cores, and argon2id would keep each of them busy.
	store, err := tokenstore.SealedFast(redisstore.New(redis.NewClient(address)), o.StoreKey)
	if err != nil {
		return nil, err
	}
	return client.New(login, client.WithTokenStore(store), client.WithObserver(client.Observer{
		StoreTrouble: func(err error) { fmt.Fprintln(os.Stderr, err) },
	}))
}

// callSteadily makes requests that need the token, until ctx is done. A request that this cuts off has not failed.
func callSteadily(ctx context.Context, c *client.Client) result {
	var r result
	hc := c.HTTPClient()
	began := time.Now()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		_, err := c.Token(ctx)
		if err == nil {
			if r.FirstToken == 0 {
				r.FirstToken = time.Since(began)
			}
			err = get(ctx, hc, c.BaseURL()+"/users/me")
		}
		if ctx.Err() != nil {
			return r
		}
		if err != nil {
			r.Failed++
			r.LastError = err.Error()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return r
		}
	}
}

// get makes a request, and returns an error unless the answer is a 200.
func get(ctx context.Context, hc *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: HTTP %s", url, resp.Status)
	}
	return err
}
