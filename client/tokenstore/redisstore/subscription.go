package redisstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// subscription is one connection that hears of some topics. It ends with the connection, or when nobody listens.
type subscription struct {
	words   *words
	node    *redis.Client
	dialect dialect
	pubsub  *redis.PubSub
	changed chan struct{} // wanted has changed; has room for one element

	// Guarded by words.mu, and by channel.
	wanted    map[string]*topic
	asked     map[string]bool // we have asked the server to tell of it
	confirmed map[string]bool // the server tells of it
	dropped   map[string]int  // how often we have asked the server to end it, without an answer so far
}

// longestBreak is the longest pause between two tries to subscribe to a topic.
const longestBreak = 4 * time.Second

// want begins to subscribe to a topic. mu is held.
func (w *words) want(t *topic) {
	if !t.wanted && w.dialect != none {
		t.wanted = true
		go w.join(t)
	}
}

// join subscribes to a topic at the server that tells of it.
func (w *words) join(t *topic) {
	dialect, ok := w.speaks(t.channel)
	var node *redis.Client
	if ok {
		node, ok = w.node(t)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.topics[t.channel] != t, w.dialect == none:
		return
	case !ok, w.dialect != dialect:
		w.joinLater(t)
		return
	}
	s := w.subscriptions[node]
	if s == nil {
		s = newSubscription(w, node, dialect)
		w.subscriptions[node] = s
	}
	s.wanted[t.channel] = t
	if s.confirmed[t.channel] { // for an earlier topic
		s.hears(t)
	}
	s.change()
}

// joinLater joins after a pause, which grows. mu is held.
func (w *words) joinLater(t *topic) {
	pause := min(firstPause<<min(t.broken, 10), longestBreak)
	t.broken++
	time.AfterFunc(pause/2+rand.N(pause/2), func() {
		w.mu.Lock()
		gone := w.topics[t.channel] != t
		w.mu.Unlock()
		if !gone {
			w.join(t)
		}
	})
}

// node returns the server that tells of a topic.
func (w *words) node(t *topic) (node *redis.Client, ok bool) {
	cluster, ok := w.rdb.(*redis.ClusterClient)
	if !ok {
		node, ok = w.rdb.(*redis.Client)
		return node, ok
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandLimit)
	defer cancel()
	node, err := await.Do(ctx, "go-redis", func(ctx context.Context) (*redis.Client, error) {
		return cluster.MasterForKey(ctx, t.channel)
	}, nil)
	return node, err == nil
}

// newSubscription begins a subscription. words.mu is held.
func newSubscription(w *words, node *redis.Client, d dialect) *subscription {
	s := &subscription{
		words: w, node: node, dialect: d, changed: make(chan struct{}, 1),
		wanted: map[string]*topic{}, asked: map[string]bool{}, confirmed: map[string]bool{}, dropped: map[string]int{},
		pubsub: node.Subscribe(context.Background()), // does no I/O without a channel
	}
	go s.keep()
	return s
}

// change has the server told what is wanted by now. words.mu is held.
func (s *subscription) change() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// keep tells the server which channels are wanted.
func (s *subscription) keep() {
	ctx := context.Background()
	add, drop := s.pubsub.Subscribe, s.pubsub.Unsubscribe
	if s.dialect == sharded {
		add, drop = s.pubsub.SSubscribe, s.pubsub.SUnsubscribe
	}
	for reading := false; ; {
		<-s.changed
		var more, less []string
		s.words.mu.Lock()
		for channel := range s.wanted {
			if !s.asked[channel] {
				more = append(more, channel)
				s.asked[channel] = true
			}
		}
		for channel := range s.asked {
			if s.wanted[channel] == nil {
				less = append(less, channel)
				delete(s.asked, channel)
				delete(s.confirmed, channel)
				s.dropped[channel]++
			}
		}
		over := len(s.wanted) == 0
		if over && s.words.subscriptions[s.node] == s {
			delete(s.words.subscriptions, s.node)
		}
		s.words.mu.Unlock()
		if over {
			_ = s.pubsub.Close()
			return
		}
		for _, channel := range more {
			if err := guarded(func() error { return add(ctx, channel) }); err != nil {
				s.end(err)
			}
		}
		for _, channel := range less {
			_ = guarded(func() error { return drop(ctx, channel) })
		}
		if !reading {
			reading = true
			go s.receive()
		}
	}
}

// receive reads what the server tells, until the subscription ends.
func (s *subscription) receive() {
	for {
		if err := s.next(); err != nil {
			s.end(err)
			return
		}
	}
}

// next waits for one message.
func (s *subscription) next() error {
	var received any
	err := guarded(func() (err error) {
		received, err = s.pubsub.Receive(context.Background())
		return err
	})
	switch m := received.(type) {
	case *redis.Subscription:
		return s.confirm(m.Channel, m.Kind == "subscribe" || m.Kind == "ssubscribe")
	case *redis.Message:
		s.words.hear(m.Channel, m.Payload)
	}
	return err
}

// guarded calls go-redis, which may panic on what no Redis says. It connects in such a call, too.
func guarded(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("redisstore: go-redis panicked")
		}
	}()
	return call()
}

// confirm takes note of whether the server tells of a channel. The error says that the server has ended that by itself:
// it has given the slot to another server.
func (s *subscription) confirm(channel string, heard bool) error {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	switch t := s.wanted[channel]; {
	case !heard && s.dropped[channel] > 0:
		if s.dropped[channel]--; s.dropped[channel] == 0 {
			delete(s.dropped, channel)
		}
	case !heard:
		return errors.New("redisstore: the server has ended a subscription")
	case s.asked[channel]: // a liar may confirm others without end
		s.confirmed[channel] = s.dropped[channel] == 0
		if t != nil && s.confirmed[channel] {
			s.hears(t)
		}
	}
	return nil
}

// hears takes note that the server tells of a topic. The record may have changed before. words.mu is held.
func (s *subscription) hears(t *topic) {
	t.heard, t.broken = true, 0
	s.words.refresh(t)
}

// end leaves the topics to those who ask by themselves, and to another subscription.
func (s *subscription) end(err error) {
	if cluster, ok := s.words.rdb.(*redis.ClusterClient); ok {
		cluster.ReloadState(context.Background()) // its masters may be others by now
	}
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	left := s.wanted
	s.wanted = map[string]*topic{}
	if s.words.subscriptions[s.node] == s {
		delete(s.words.subscriptions, s.node)
	}
	s.change()
	for _, t := range left {
		t.heard = false
		t.wake()
		if !refused(err) {
			s.words.joinLater(t)
		}
	}
}
