package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// sharedRedis is the Redis that the workers share.
type sharedRedis struct {
	name  string
	url   string
	close func()
}

// openRedis starts a Redis in this process if url is "". Otherwise it checks that the one at url answers.
func openRedis(ctx context.Context, url string) (sharedRedis, error) {
	if url == "" {
		return startRedis()
	}
	address, err := redis.ParseURL(url)
	if err != nil || strings.Contains(url, "#") {
		// The text of err may repeat the password. A # in a password cuts the URL off, and the rest looks like host and
		// port.
		return sharedRedis{}, errors.New("REDIS_URL is no URL of a Redis, such as redis://localhost:6379/0; " +
			"write what is neither letter nor digit in its password as %XX")
	}
	rdb := redis.NewClient(address)
	defer func() { _ = rdb.Close() }()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	// The store's Get tests the connection: an ACL for the store allows it, unlike PING, and its errors repeat no
	// password.
	if _, err := redisstore.New(rdb).Get(ctx, "probe"); err != nil && !errors.Is(err, client.ErrTokenNotFound) {
		return sharedRedis{}, fmt.Errorf("REDIS_URL: %s: %w", address.Addr, err)
	}
	return sharedRedis{name: "Redis at " + address.Addr, url: url, close: func() {}}, nil
}

// startRedis starts a Redis in this process. Its clock moves only when FastForward is called.
func startRedis() (sharedRedis, error) {
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		return sharedRedis{}, err
	}
	const step = 50 * time.Millisecond
	tick := time.NewTicker(step)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-tick.C:
				server.FastForward(step)
			case <-done:
				return
			}
		}
	}()
	return sharedRedis{name: "a Redis in this process", url: "redis://" + server.Addr(), close: func() {
		tick.Stop()
		close(done)
		server.Close()
	}}, nil
}
