package redisstore

import (
	"context"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// words hears from Redis of changed records and freed locks, for those in this process who wait.
type words struct {
	store *Store

	mu            sync.Mutex
	topics        map[string]*topic // by channel
	subscriptions map[*redis.Client]*subscription
	dialect       dialect
}

// dialect is how Redis is asked to tell.
type dialect int

const (
	sharded dialect = iota // SSUBSCRIBE and SPUBLISH, of a Cluster since Redis 7
	plain                  // SUBSCRIBE and PUBLISH
	none
)

// topic is what is heard of one key.
type topic struct {
	key, channel string

	// Guarded by words.mu.
	listeners map[*listener]struct{}
	heard     bool // the server has confirmed the subscription
	reading   bool // the record is being read
	again     bool // it has changed since
}

// listener is one that waits. Its channels have room for one element.
type listener struct {
	words   *words
	topic   *topic
	records chan []byte   // the record after a change
	changes chan struct{} // something has changed, or may have
}

// The two messages.
const (
	recordChanged = "record"
	lockFreed     = "lock"
)

func newWords(s *Store) *words {
	w := &words{store: s, topics: map[string]*topic{}, subscriptions: map[*redis.Client]*subscription{}}
	switch s.rdb.(type) {
	case *redis.ClusterClient:
	case *redis.Client:
		w.dialect = plain
	default:
		w.dialect = none // a Ring sends channels to other servers than records
	}
	return w
}

// listen begins to listen. leave ends it.
func (w *words) listen(key string) (l *listener, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l = &listener{words: w, records: make(chan []byte, 1), changes: make(chan struct{}, 1)}
	if w.dialect == none {
		return l, func() {}
	}
	channel := w.store.prefix + "changed:" + key
	t := w.topics[channel]
	if t == nil {
		t = &topic{key: key, channel: channel, listeners: map[*listener]struct{}{}}
		w.topics[channel] = t
		go w.join(t)
	}
	l.topic = t
	t.listeners[l] = struct{}{}
	if t.heard {
		w.refresh(t) // the record may have changed since it was read
	}
	return l, func() { w.leave(l) }
}

func (w *words) leave(l *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := l.topic
	delete(t.listeners, l)
	if len(t.listeners) > 0 {
		return
	}
	delete(w.topics, t.channel)
	for _, s := range w.subscriptions {
		if s.wanted[t.channel] == t {
			delete(s.wanted, t.channel)
			s.change()
		}
	}
}

// told reports whether Redis tells the listener of changes.
func (l *listener) told() bool {
	if l.topic == nil {
		return false
	}
	l.words.mu.Lock()
	defer l.words.mu.Unlock()
	return l.topic.heard
}

// join subscribes to a topic at the server that tells of it.
func (w *words) join(t *topic) {
	node, ok := w.store.rdb.(*redis.Client)
	if cluster, isCluster := w.store.rdb.(*redis.ClusterClient); isCluster {
		ctx, cancel := context.WithTimeout(context.Background(), releaseLimit)
		defer cancel()
		var err error
		node, err = await.Do(ctx, "go-redis", func(ctx context.Context) (*redis.Client, error) {
			return cluster.MasterForKey(ctx, t.channel)
		}, nil)
		ok = err == nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !ok || w.dialect == none || w.topics[t.channel] != t {
		return
	}
	s := w.subscriptions[node]
	if s == nil {
		s = newSubscription(w, node, w.dialect)
		w.subscriptions[node] = s
	}
	s.wanted[t.channel] = t
	if t.heard = s.confirmed[t.channel]; t.heard {
		w.refresh(t)
	}
	s.change()
}

// hear takes a message.
func (w *words) hear(channel, message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.topics[channel]
	switch {
	case t == nil:
	case message == recordChanged:
		w.refresh(t)
	default:
		t.wake()
	}
}

// refresh begins to read a record, or to read it again if it is being read. mu is held.
func (w *words) refresh(t *topic) {
	if t.again = t.reading; !t.reading {
		t.reading = true
		go w.read(t)
	}
}

// read reads a record once for all who wait for it here.
func (w *words) read(t *topic) {
	for more := true; more; {
		ctx, cancel := context.WithTimeout(context.Background(), releaseLimit)
		record, err := w.store.Get(ctx, t.key)
		cancel()
		w.mu.Lock()
		for l := range t.listeners {
			if err == nil {
				l.give(record)
			}
		}
		more, t.again = t.again, false
		t.reading = more
		w.mu.Unlock()
	}
}

// wake makes all who wait ask for themselves. mu is held.
func (t *topic) wake() {
	for l := range t.listeners {
		select {
		case l.changes <- struct{}{}:
		default:
		}
	}
}

// give hands over a record in place of an earlier one. mu is held.
func (l *listener) give(record []byte) {
	select {
	case <-l.records:
	default:
	}
	l.records <- record
}

// publish tells others of a change. It is no error if the server does not let us.
func (w *words) publish(ctx context.Context, key, message string) {
	w.mu.Lock()
	dialect := w.dialect
	w.mu.Unlock()
	channel := w.store.prefix + "changed:" + key
	command := "publish"
	switch dialect {
	case sharded:
		command = "spublish"
	case none:
		return
	}
	_, err := w.store.number(ctx, nil, command, channel, message)
	w.adapt(dialect, err)
}

// adapt goes over to another dialect if the server does not know this one, or to none if it does not allow it.
func (w *words) adapt(used dialect, err error) (changed bool) {
	if err == nil {
		return false
	}
	unknown := strings.Contains(err.Error(), "unknown command")
	if !unknown && !redis.IsPermissionError(err) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dialect == used {
		w.dialect++
		if !unknown {
			w.dialect = none
		}
	}
	return true
}
