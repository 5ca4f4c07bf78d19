package client

import (
	"context"

	"github.com/latchkey-go/latchkey/client/internal/evidence"
)

// invalidate drops a token if it is the current one.
func (c *tokenCache) invalidate(token Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.current.Load(); e != nil && e.token.Equal(token) {
		c.drop(e)
	}
}

// works takes note that a route accepted a token, for a Stored login.
func (c *tokenCache) works(e *entry) {
	if s := c.known.Load(); c.stored && (s == nil || s.worked.Load() != e) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.state().worked.Store(e)
	}
}

// watching reports whether evidence must be told that a route accepted the token.
func (c *tokenCache) watching() bool {
	s := c.known.Load()
	return s != nil && s.evidence.Watching()
}

// replaying counts and tells a request that is sent again.
func (c *tokenCache) replaying(ctx context.Context) {
	c.mu.Lock()
	c.counts.Replays++
	c.mu.Unlock()
	c.options.watcher.tell(ctx, c.options.watcher.Replayed, c.account(), Event{}, nil)
}

// accepted takes note that a route accepted a token, and whether in place of a rejected one.
func (c *tokenCache) accepted(e *entry, from evidence.Route, sent int64, inPlace bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e == c.current.Load() {
		c.state().evidence.Accepted(e.evidence, from, sent, inPlace)
	}
}
