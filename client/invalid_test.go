package client_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// What New is given wrong is found by New, and named.
func TestNewRefuses(t *testing.T) {
	account := client.Account{Service: "own", BaseURL: "https://own.example", Method: "test", Name: "me"}
	fine := fakeLogin{account: account, secret: client.Static("x")}
	store := client.WithTokenStore(newMemoryStore())
	for field, tt := range map[string]struct {
		login client.Login
		opts  []client.Option
	}{
		"Login":              {login: nil},
		"Account.Service":    {login: fakeLogin{account: client.Account{BaseURL: "https://own.example"}}},
		"BaseURL":            {login: fakeLogin{account: client.Account{Service: "own", BaseURL: "own.example"}}},
		"WithMaxAge":         {login: fine, opts: []client.Option{client.WithMaxAge(-time.Second)}},
		"WithOrigins":        {login: fine, opts: []client.Option{client.WithOrigins("https://files.example", "https://u:hunter2@cdn.example")}},
		"Login ":             {login: (*fakeLogin)(nil)},
		"Option":             {login: fine, opts: []client.Option{nil}},
		"WithTransport":      {login: fine, opts: []client.Option{client.WithTransport(nil)}},
		"WithTransport ":     {login: fine, opts: []client.Option{client.WithTransport((*http.Transport)(nil))}},
		"WithRetryPolicy":    {login: fine, opts: []client.Option{client.WithRetryPolicy(client.RetryPolicy{Attempts: -1})}},
		"WithTokenStore":     {login: fine, opts: []client.Option{client.WithTokenStore(nil)}},
		"WithTokenStore ":    {login: fine, opts: []client.Option{client.WithTokenStore((*memoryStore)(nil))}},
		"WithUnboundRecords": {login: fine, opts: []client.Option{client.WithUnboundRecords()}},
		"Stored":             {login: client.Stored(account), opts: []client.Option{store}},
	} {
		_, err := client.New(tt.login, tt.opts...)
		invalid, ok := errors.AsType[*client.LoginError](err)
		if !ok || !errors.Is(err, client.ErrInvalidInput) || invalid.Field != strings.TrimSpace(field) || invalid.Service == "" {
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

// What a Login works with shows no secret, however it is printed.
func TestGrantAndAttemptShowNoSecret(t *testing.T) {
	const secret = "s3cr3t-value"
	attempt := loginkit.Attempt{Service: "own", Secret: secret}
	grant := client.TokenResponse{Value: secret, Extra: map[string]string{"id": secret}}
	answer := &loginkit.Answer{Body: []byte(secret)}
	var log strings.Builder
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).LogAttrs(context.Background(), slog.LevelInfo, "a login", slog.Any("attempt", attempt),
			slog.Any("grant", grant), slog.Any("answer", answer))
	}
	for _, v := range []any{attempt, grant, answer, &attempt, &grant, []client.TokenResponse{grant}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			fmt.Fprintf(&log, verb, v)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		log.Write(text)
	}
	for _, form := range []string{
		secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%d", []byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret)),
	} {
		if strings.Contains(log.String(), form) {
			t.Errorf("%q is in %s", form, log.String())
		}
	}
	if !strings.Contains(log.String(), "[redacted]") {
		t.Errorf("nothing was printed: %s", log.String())
	}
}
