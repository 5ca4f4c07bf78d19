package client

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"
	"unsafe"
)

// smallLogin is a Login of little memory, to tell what a Client holds beside it.
type smallLogin struct{ name string }

func (l *smallLogin) Account() (Account, error) {
	return Account{Service: "small", BaseURL: "https://api.example.com", Method: "test", Name: l.name}, nil
}

func (l *smallLogin) Secret(context.Context) (string, error) { return l.name, nil }

func (l *smallLogin) Login(context.Context, *http.Client, string) (Token, error) {
	return NewToken(TokenResponse{Value: heldValue + l.name, ExpiresIn: 24 * time.Hour})
}

// What a Client holds is measured as growth of the heap. Its login and the text of its token, with "Bearer " in front,
// are counted apart: both are the user's.
func TestClientIsSmall(t *testing.T) {
	const n = 20_000
	pool, err := NewPool(n)
	if err != nil {
		t.Fatal(err)
	}
	plain := func(login Login) (*Client, error) { return New(login) }
	pooled := func(login Login) (*Client, error) { return pool.Client(t.Context(), login) }
	for _, tt := range []struct {
		name     string
		loggedIn bool
		most     int
		client   func(Login) (*Client, error)
	}{
		{"idle", false, 160, plain}, {"logged in", true, 350, plain}, {"logged in, in a Pool", true, 500, pooled},
	} {
		logins := make([]smallLogin, n)
		for i := range logins {
			logins[i].name = fmt.Sprintf("user-%d@example.com", i)
		}
		clients := make([]*Client, n)
		before := heap()
		for i := range clients {
			clients[i], err = tt.client(&logins[i])
			if err == nil && tt.loggedIn {
				_, err = clients[i].Token(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		each := (heap() - before) / n
		if tt.loggedIn { // a text of 226 bytes or so takes 240
			each -= 240
		}
		t.Logf("%s: %d bytes", tt.name, each)
		if each > tt.most {
			t.Errorf("%s: %d bytes; want at most %d", tt.name, each, tt.most)
		}
		runtime.KeepAlive(clients)
		runtime.KeepAlive(logins)
	}
	t.Logf("cache %d, entry %d", unsafe.Sizeof(tokenCache{}), unsafe.Sizeof(entry{}))
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
