package redisstore

import (
	"context"
	"runtime"
	"sync"
	"time"
	"weak"

	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client/internal/await"
)

// words hears from Redis of changed records and freed locks, for those in this process who wait. All Stores with the
// same go-redis client have the same words.
type words struct {
	rdb redis.UniversalClient

	mu            sync.Mutex
	topics        map[string]*topic // by channel
	subscriptions map[*redis.Client]*subscription
	dialect       dialect
	proved        bool // the server has let us publish in this dialect
}

// topic is what is heard of one key.
type topic struct {
	record  string        // its name
	channel string        // where its changes are told
	asking  chan struct{} // full while one of the listeners asks Redis for all of them

	// Guarded by words.mu.
	listeners map[*listener]struct{}
	reads     int       // reads of the record that have begun
	reading   bool      // one is under way
	again     bool      // the record may have changed since it began
	held      bool      // Redis has said that somebody else holds the lock
	failing   time.Time // since when Redis fails; zero: it does not
	wanted    bool      // it is to be subscribed to
	heard     bool      // the server has confirmed the subscription
	broken    int       // subscriptions that broke without being confirmed
}

// listener is one that waits. Its channels have room for one element.
type listener struct {
	words   *words
	topic   *topic
	from    int           // reads of the record that had begun before
	records chan []byte   // the record, when it may have changed; nil if it does not matter
	changes chan struct{} // something has changed, or may have
}

// everyone has the words of all go-redis clients.
var everyone = struct {
	sync.Mutex
	words map[redis.UniversalClient]weak.Pointer[words]
}{words: map[redis.UniversalClient]weak.Pointer[words]{}}

// wordsOf returns the words of a client.
func wordsOf(rdb redis.UniversalClient) *words {
	w := &words{rdb: rdb, topics: map[string]*topic{}, subscriptions: map[*redis.Client]*subscription{}}
	switch rdb.(type) {
	case *redis.ClusterClient:
	case *redis.Client:
		w.dialect = plain
	default:
		w.dialect = none // a Ring sends channels to other servers than records
		return w
	}
	everyone.Lock()
	defer everyone.Unlock()
	if known := everyone.words[rdb].Value(); known != nil {
		return known
	}
	everyone.words[rdb] = weak.Make(w)
	runtime.AddCleanup(w, func(rdb redis.UniversalClient) {
		everyone.Lock()
		defer everyone.Unlock()
		if everyone.words[rdb].Value() == nil {
			delete(everyone.words, rdb)
		}
	}, rdb)
	return w
}

// listen begins to listen, for records or for the lock alone. leave ends it.
func (w *words) listen(s *Store, key string, records bool) (l *listener, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	channel := s.beside("changed", key)
	t := w.topics[channel]
	if t == nil {
		t = &topic{
			record: s.prefix + key, channel: channel,
			asking: make(chan struct{}, 1), listeners: map[*listener]struct{}{},
		}
		w.topics[channel] = t
	}
	l = &listener{words: w, topic: t, from: t.reads, changes: make(chan struct{}, 1)}
	if records {
		l.records = make(chan []byte, 1)
		if len(t.listeners) > 0 {
			w.refresh(t) // who asks for all may have seen another record
		}
	}
	t.listeners[l] = struct{}{}
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
	l.words.mu.Lock()
	defer l.words.mu.Unlock()
	return l.topic.heard
}

// knows reports whether Redis has answered somebody who waits for the same.
func (l *listener) knows() bool {
	l.words.mu.Lock()
	defer l.words.mu.Unlock()
	return l.topic.held
}

// given returns the record that the listener was given last, and nil if it has taken that.
func (l *listener) given() []byte {
	l.words.mu.Lock()
	defer l.words.mu.Unlock()
	select {
	case record := <-l.records:
		return record
	default:
		return nil
	}
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
		_, _ = w.get(t)
		w.mu.Lock()
		more, t.again = t.again, false
		t.reading = more
		w.mu.Unlock()
	}
}

// get reads a record, and gives it to all who have been waiting since before.
func (w *words) get(t *topic) ([]byte, error) {
	w.mu.Lock()
	t.reads++
	read := t.reads
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), commandLimit)
	defer cancel()
	record, err := get(ctx, w.rdb, t.record)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for l := range t.listeners {
		if l.from < read {
			l.give(record)
		}
	}
	return record, nil
}

// get reads the record for the listener that asks for all. It returns at once when ctx is done, and the others are given
// the record all the same.
func (l *listener) get(ctx context.Context) ([]byte, error) {
	record, err := await.Do(ctx, "redisstore", func(context.Context) ([]byte, error) { return l.words.get(l.topic) }, nil)
	if given := l.given(); given != nil { // the same, or a later one
		return given, nil
	}
	return record, err
}

// give hands over a record in place of an earlier one. mu is held.
func (l *listener) give(record []byte) {
	if l.records == nil {
		return
	}
	select {
	case <-l.records:
	default:
	}
	l.records <- record
}

// wake makes those who ask Redis do so at once. mu is held.
func (t *topic) wake() {
	for l := range t.listeners {
		select {
		case l.changes <- struct{}{}:
		default:
		}
	}
}
