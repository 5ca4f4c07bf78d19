package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// subscription is one connection that hears of some topics.
type subscription struct {
	words   *words
	node    *redis.Client
	dialect dialect
	pubsub  *redis.PubSub
	changed chan struct{} // wanted has changed; has room for one element
	ended   chan struct{} // closed when nobody listens any more

	// Guarded by words.mu. Both are by channel.
	wanted    map[string]*topic
	confirmed map[string]bool
}

// newSubscription begins a subscription, which ends with its last topic. words.mu is held.
func newSubscription(w *words, node *redis.Client, d dialect) *subscription {
	s := &subscription{
		words: w, node: node, dialect: d,
		wanted: map[string]*topic{}, confirmed: map[string]bool{},
		changed: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	s.pubsub = node.Subscribe(context.Background()) // does no I/O without a channel
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
	ctx, has := context.Background(), map[string]bool{}
	add, drop := s.pubsub.Subscribe, s.pubsub.Unsubscribe
	if s.dialect == sharded {
		add, drop = s.pubsub.SSubscribe, s.pubsub.SUnsubscribe
	}
	for reading := false; ; {
		<-s.changed
		var more, less []string
		s.words.mu.Lock()
		for channel := range s.wanted {
			if !has[channel] {
				more = append(more, channel)
			}
		}
		for channel := range has {
			if s.wanted[channel] == nil {
				less = append(less, channel)
				delete(s.confirmed, channel)
			}
		}
		over := len(s.wanted) == 0
		if over && s.words.subscriptions[s.node] == s {
			delete(s.words.subscriptions, s.node)
		}
		s.words.mu.Unlock()
		if over {
			close(s.ended)
			_ = s.pubsub.Close()
			return
		}
		for _, channel := range more {
			has[channel] = true
			_ = add(ctx, channel) // go-redis keeps it in mind, and says it again with a new connection
		}
		for _, channel := range less {
			delete(has, channel)
			_ = drop(ctx, channel)
		}
		if !reading {
			reading = true
			go s.receive()
		}
	}
}

// receive reads what the server tells, until the subscription ends.
func (s *subscription) receive() {
	const longest = 4 * time.Second
	for pause := firstPause; ; pause = min(2*pause, longest) {
		err := s.next()
		for err == nil {
			pause = firstPause
			err = s.next()
		}
		s.silence()
		if s.words.adapt(s.dialect, err) {
			s.end()
			return
		}
		select {
		case <-s.ended:
			return
		case <-time.After(pause):
		}
	}
}

// next waits for one message.
func (s *subscription) next() (err error) {
	defer func() {
		if recover() != nil { // go-redis may panic on what no Redis says
			err = errors.New("redisstore: go-redis panicked")
		}
	}()
	received, err := s.pubsub.Receive(context.Background())
	switch m := received.(type) {
	case *redis.Subscription:
		s.confirm(m.Channel, m.Kind == "subscribe" || m.Kind == "ssubscribe")
	case *redis.Message:
		s.words.hear(m.Channel, m.Payload)
	}
	return err
}

// confirm takes note of whether the server tells of a channel. The record may have changed before.
func (s *subscription) confirm(channel string, heard bool) {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	s.confirmed[channel] = heard
	if t := s.wanted[channel]; t != nil {
		if t.heard = heard; heard {
			s.words.refresh(t)
		}
	}
}

// silence takes note that nothing is told for now.
func (s *subscription) silence() {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	clear(s.confirmed)
	for _, t := range s.wanted {
		if t.heard {
			t.heard = false
			t.wake()
		}
	}
}

// end leaves the topics to those who ask by themselves, or to another dialect.
func (s *subscription) end() {
	s.words.mu.Lock()
	left := s.wanted
	s.wanted = map[string]*topic{}
	if s.words.subscriptions[s.node] == s {
		delete(s.words.subscriptions, s.node)
	}
	s.change()
	s.words.mu.Unlock()
	for _, t := range left {
		s.words.join(t)
	}
}
