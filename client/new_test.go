package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// What New is given wrong is found by New, and named.
func TestNewRefuses(t *testing.T) {
	account := client.Account{Service: "own", BaseURL: "https://own.example", Method: "test", Name: "me"}
	fine := fakeLogin{account: account, secret: client.Static("x")}
	origins := client.WithOrigins("https://files.example", "https://u:hunter2@cdn.example")
	store := client.WithTokenStore(&clienttest.MemoryStore{})
	for field, tt := range map[string]struct {
		login client.Login
		opts  []client.Option
	}{
		"Login":              {login: nil},
		"Account.Service":    {login: fakeLogin{account: client.Account{BaseURL: "https://own.example"}}},
		"BaseURL":            {login: fakeLogin{account: client.Account{Service: "own", BaseURL: "own.example"}}},
		"WithMaxAge":         {login: fine, opts: []client.Option{client.WithMaxAge(-time.Second)}},
		"WithOrigins":        {login: fine, opts: []client.Option{origins}},
		"Login ":             {login: (*fakeLogin)(nil)},
		"Option":             {login: fine, opts: []client.Option{nil}},
		"WithTransport":      {login: fine, opts: []client.Option{client.WithTransport(nil)}},
		"WithTransport ":     {login: fine, opts: []client.Option{client.WithTransport((*http.Transport)(nil))}},
		"WithRetryPolicy":    {login: fine, opts: []client.Option{client.WithRetryPolicy(client.RetryPolicy{Attempts: -1})}},
		"WithLoginLimit":     {login: fine, opts: []client.Option{client.WithLoginLimit(nil)}},
		"WithLoginLimit ":    {login: fine, opts: []client.Option{client.WithLoginLimit(&client.LoginLimit{AtOnce: -1})}},
		"WithLoginLimit   ":  {login: fine, opts: []client.Option{client.WithLoginLimit(&client.LoginLimit{Logins: -1})}},
		"WithLoginLimit    ": {login: fine, opts: []client.Option{client.WithLoginLimit(&client.LoginLimit{Window: -1})}},
		"WithLoginLimit  ":   {login: fine, opts: []client.Option{client.WithLoginLimit(&client.LoginLimit{Logins: 5})}},
		"WithTokenStore":     {login: fine, opts: []client.Option{client.WithTokenStore(nil)}},
		"WithTokenStore ":    {login: fine, opts: []client.Option{client.WithTokenStore((*clienttest.MemoryStore)(nil))}},
		"WithUnboundRecords": {login: fine, opts: []client.Option{client.WithUnboundRecords()}},
		"Stored":             {login: client.Stored(account), opts: []client.Option{store}},
	} {
		_, err := client.New(tt.login, tt.opts...)
		invalid, ok := errors.AsType[*client.LoginError](err)
		named := ok && invalid.Field == strings.TrimSpace(field) && invalid.Service != ""
		if !named || !errors.Is(err, client.ErrInvalidInput) {
			t.Errorf("%s: %v; want ErrInvalidInput that names it", field, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: it holds a password", err)
		}
		if len(tt.opts) > 0 && field != "Stored" {
			if hc, err := client.NewHTTPClient(tt.opts...); hc != nil || !errors.Is(err, client.ErrInvalidInput) {
				t.Errorf("%s, NewHTTPClient: %v; want ErrInvalidInput", field, err)
			}
		}
	}
}

func TestNewRefusesAMaxAgeOfZero(t *testing.T) {
	_, err := client.New(ownLogin(nil), client.WithMaxAge(0))
	wantErr(t, err, client.ErrInvalidInput)
}
