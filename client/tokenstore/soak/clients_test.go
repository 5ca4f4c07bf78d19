package soak_test

import (
	"github.com/redis/go-redis/v9"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// serviceNames are the services, and where their tokens lie: each has another store, and another kind of expiry.
var serviceNames = []string{"becard, no store", "bezala, Redis", "bleepay, Files", "formlogin, sealed Redis"}

const (
	becardService = iota // each worker logs in for itself
	bezalaService        // its tokens have no end
	bleepayService
	formLoginService
)

// workerAccount is an account at a sandbox.
type workerAccount struct{ BaseURL, Name, Secret string }

// order is what a worker is told.
type order struct {
	Accounts []workerAccount // as in serviceNames
	Redis    string          // its address
	Dir      string          // of Files
	Key      []byte
	Sample   int // seconds between two samples of the memory
}

// clients makes a Client for each service.
func (o order) clients(rdb *redis.Client) (all []*client.Client, err error) {
	files, err := tokenstore.NewFiles(o.Dir)
	if err != nil {
		return nil, err
	}
	sealed, err := tokenstore.SealedFast(redisstore.New(rdb), o.Key)
	if err != nil {
		return nil, err
	}
	stores := [...]client.TokenStore{bezalaService: redisstore.New(rdb), bleepayService: files, formLoginService: sealed}
	for service, a := range o.Accounts {
		var login client.Login
		switch secret := client.Static(a.Secret); service {
		case becardService:
			login = becard.Password{BaseURL: a.BaseURL, Email: a.Name, Password: secret}
		case bezalaService:
			login = bezala.Password{BaseURL: a.BaseURL, Email: a.Name, Password: secret}
		case bleepayService:
			login = bleepay.EmailPassword{BaseURL: a.BaseURL, Email: a.Name, Password: secret}
		case formLoginService:
			login = formlogin.Password{BaseURL: a.BaseURL, Username: a.Name, Password: secret}
		}
		var options []client.Option
		if stores[service] != nil {
			options = append(options, client.WithTokenStore(stores[service]))
		}
		c, err := client.New(login, options...)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
