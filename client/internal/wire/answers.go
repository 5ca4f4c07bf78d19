package wire

import (
	"net/http"
	"sync"
	"time"
)

// Answers is a RoundTripper that notes the answers. It is safe for concurrent use by multiple goroutines.
type Answers struct {
	Base http.RoundTripper

	mu   sync.Mutex
	last Answer
}

// Answer is the last answer; Status 0: there was none, or the last request failed.
type Answer struct {
	Status   int
	Header   http.Header
	Received time.Time
	TooMany  int // 429s until then
}

// RoundTrip implements [http.RoundTripper].
func (a *Answers) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.Base.RoundTrip(req)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = Answer{Received: time.Now(), TooMany: a.last.TooMany}
	if err != nil {
		return nil, err
	}
	a.last.Status, a.last.Header = resp.StatusCode, resp.Header.Clone()
	if resp.StatusCode == http.StatusTooManyRequests {
		a.last.TooMany++
	}
	return resp, nil
}

// Last returns the last answer.
func (a *Answers) Last() Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}
