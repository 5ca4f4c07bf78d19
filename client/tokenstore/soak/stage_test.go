//go:build unix

package soak_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// stage is everything that the workers use.
type stage struct {
	services []*sandbox.Server // as in serviceNames
	redis    *redistest.Server
	proxy    *redistest.Proxy // in front of redis
	disk     disk
	key      []byte // of what is sealed in Redis
}

func newStage(t *testing.T, life time.Duration) *stage {
	s := &stage{redis: redistest.Start(t), disk: newDisk(t), key: make([]byte, tokenstore.KeySize)}
	_, _ = rand.Read(s.key) // it never fails
	s.proxy = redistest.StartProxy(t, s.redis.Addr)
	config := sandbox.Config{TokenLifetime: life, Latency: 20 * time.Millisecond}
	for _, start := range []func(sandbox.Config) *sandbox.Server{
		sandbox.NewBecard, sandbox.NewBezala, sandbox.NewBleepay, sandbox.NewFormLogin,
	} {
		if len(s.services) == bezalaService {
			config.TokenLifetime = 0 // a session that ends without notice would be a revocation
		}
		service := start(config)
		config.TokenLifetime = life
		t.Cleanup(service.Close)
		service.Handle("/soak", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(w, r.Body)
		}))
		s.services = append(s.services, service)
	}
	return s
}

// order is what a worker of the stage is told.
func (s *stage) order() order {
	o := order{Redis: s.proxy.Addr, Dir: filepath.Join(s.disk.dir, "store"), Key: s.key}
	for _, service := range s.services {
		account := service.Accounts()[0]
		o.Accounts = append(o.Accounts, workerAccount{service.URL, account.Name, account.Secret})
	}
	return o
}

// counts are what the services have seen so far, all together.
func (s *stage) counts() (requests, faults int) {
	for _, service := range s.services {
		n := service.Counts()
		requests += n.Requests
		faults += n.RateLimited + n.Unauthorized
	}
	return requests, faults
}
