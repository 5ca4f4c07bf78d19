package client_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// However a token is printed, logged or marshalled, its value is not there.
func TestT6TokenShowsNoSecret(t *testing.T) {
	const value, extra = "s3cr3t-token-value", "s3cr3t-session-id"
	token, err := client.NewToken(client.TokenResponse{
		Value: value, ExpiresIn: time.Hour, Extra: map[string]string{"session_id": extra},
	})
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Token  client.Token
		hidden client.Token
		Ptr    *client.Token
		Slice  []client.Token
		Map    map[string]client.Token
		Any    any
	}
	held := holder{token, token, &token, []client.Token{token}, map[string]client.Token{"k": token}, token}

	texts := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%10s", "%T"} {
		for name, v := range map[string]any{
			"token": token, "pointer": &token, "struct": held, "pointer to a struct": &held,
			"slice": held.Slice, "map": held.Map,
		} {
			texts[verb+" "+name] = fmt.Sprintf(verb, v)
		}
	}
	texts["Sprint"] = fmt.Sprint(token, &token, held)
	texts["String"] = token.String()
	texts["wrapped"] = fmt.Errorf("with %v: %w", token, errors.New("x")).Error()

	for name, v := range map[string]any{
		"token": token, "pointer": &token, "struct": held, "map": held.Map, "key": map[fmt.Stringer]int{},
	} {
		if b, err := json.Marshal(v); err == nil {
			texts["json "+name] = string(b)
		}
		if b, err := json.MarshalIndent(v, "", " "); err == nil {
			texts["json indented "+name] = string(b)
		}
		if b, err := xml.Marshal(v); err == nil {
			texts["xml "+name] = string(b)
		}
		var text, jsonText bytes.Buffer
		for _, logger := range []*slog.Logger{
			slog.New(slog.NewTextHandler(&text, nil)), slog.New(slog.NewJSONHandler(&jsonText, nil)),
		} {
			logger.InfoContext(context.Background(), "got", "v", v, slog.Group("g", "v", v))
			logger.With("v", v).WithGroup("h").InfoContext(context.Background(), "got", slog.Any("v", v))
		}
		texts["slog "+name], texts["slog json "+name] = text.String(), jsonText.String()
	}
	var logged, rendered bytes.Buffer
	log.New(&logged, "", 0).Println(token, held)
	texts["log"] = logged.String()
	page := template.Must(template.New("").Parse(`{{.}} {{.Token}} {{printf "%v" .Token}}`))
	if err := page.Execute(&rendered, held); err != nil {
		t.Fatal(err)
	}
	texts["template"] = rendered.String()

	for name, text := range texts {
		for _, secret := range []string{value, extra, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value)} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s", name, text)
			}
		}
		if text == "" {
			t.Errorf("%s: nothing at all", name)
		}
	}
	if !strings.Contains(texts["json token"], "redacted") {
		t.Errorf("JSON %s; want it to say that something is left out", texts["json token"])
	}
	if token.Value() != value {
		t.Error("the value itself is gone")
	}
}

// A Client, a Status and an Account hold a token or come near one; printing them shows neither it nor the secret.
func TestT6ClientShowsNoSecret(t *testing.T) {
	login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
		return client.NewToken(client.TokenResponse{Value: "s3cr3t-token-value"})
	})
	c := newClient(t, login)
	if mustToken(t, c).Value() != "s3cr3t-token-value" {
		t.Fatal("another token")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{c, *c, c.Status(), c.Account(), c.HTTPClient(), c.HTTPClient().Transport} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, "s3cr3t-token-value") || strings.Contains(text, ownSecret) {
				t.Errorf("%s of a %T: %s", verb, v, text)
			}
		}
	}
}

func TestT6StatusHoldsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		token := mustToken(t, c)
		_, _ = c.Token(context.Background())
		text := fmt.Sprintf("%+v %#v", c.Status(), c.Status())
		if strings.Contains(text, token.Value()) || strings.Contains(text, "your-password") {
			t.Errorf("a secret is in %s", text)
		}
	})
}

// What a Login works with shows no secret, however it is printed.
func TestT6TokenResponseAndAttemptShowNoSecret(t *testing.T) {
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
		secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%d", []byte(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret)),
	} {
		if strings.Contains(log.String(), form) {
			t.Errorf("%q is in %s", form, log.String())
		}
	}
	if !strings.Contains(log.String(), "[redacted]") {
		t.Errorf("nothing was printed: %s", log.String())
	}
}

// A response names the request that the caller made, not the copy that carried the token.
func TestT6ResponseDoesNotHandOutTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		for range 2 {
			resp, err := fetch(t.Context(), c.HTTPClient(), c.BaseURL()+bezalaService.resource)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != http.StatusOK || resp.Request.Header.Get("Authorization") != "" {
				t.Errorf("HTTP %d, and the response's request carries Authorization: %t", resp.StatusCode,
					resp.Request.Header.Get("Authorization") != "")
			}
			srv.RevokeAll() // the second answer is that of a replay
		}
	})
}

// A PIN is a secret, too.
func TestT6ShortSecretIsWithheld(t *testing.T) {
	c := newClient(t, fakeLogin{
		account: client.Account{Service: "own", BaseURL: "https://own.example"},
		secret:  client.Static("739"),
		login: func(_ context.Context, _ *http.Client, secret string) (client.Token, error) {
			return client.Token{}, errors.New("no such PIN: " + secret)
		},
	})
	if _, err := c.Token(t.Context()); err == nil || strings.Contains(err.Error(), "739") {
		t.Errorf("%v; want an error without the secret", err)
	}
}
