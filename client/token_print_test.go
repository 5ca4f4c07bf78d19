package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// However a token is printed, logged or marshalled, its value is not there.
func TestTokenShowsNoSecret(t *testing.T) {
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
			"token": token, "pointer": &token, "struct": held, "pointer to a struct": &held, "slice": held.Slice, "map": held.Map,
		} {
			texts[verb+" "+name] = fmt.Sprintf(verb, v)
		}
	}
	texts["Sprint"] = fmt.Sprint(token, &token, held)
	texts["String"] = token.String()
	texts["wrapped"] = fmt.Errorf("with %v: %w", token, errors.New("x")).Error()

	for name, v := range map[string]any{"token": token, "pointer": &token, "struct": held, "map": held.Map, "key": map[fmt.Stringer]int{}} {
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
	if err := template.Must(template.New("").Parse("{{.}} {{.Token}} {{printf \"%v\" .Token}}")).Execute(&rendered, held); err != nil {
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

// A Client, a Status and an Account hold a token or come near one; printing them does not show it, nor the secret.
func TestClientShowsNoSecret(t *testing.T) {
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
