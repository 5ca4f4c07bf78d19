package logintest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Success is what the document shows of a success.
type Success struct {
	File  string // file below openapi/testdata
	Token string // token in the file

	// Lifetime is how long that token lives, by our clock. 0: that cannot be known.
	Lifetime time.Duration
}

// Refusal is an answer to credentials that do not match.
type Refusal struct {
	Status        int
	File          string // file below openapi/testdata with the document's example; "": it shows none
	Code, Message string
}

func (r Refusal) failure() Failure {
	return Failure{Kind: client.ErrInvalidCredentials, Code: r.Code, Message: r.Message}
}

// testSuccess replays the documented success.
func (l login) testSuccess(t *testing.T) {
	body := ShownBody(t, l.Success.File)
	for name, response := range map[string]Response{
		"200":                    {200, nil, body},
		"201":                    {201, nil, body},
		"299":                    {299, nil, body},
		"without a content type": {200, http.Header{}, body},
		"as plain text":          {200, http.Header{"Content-Type": {"text/plain"}}, body},
		"of 1 MiB":               {200, nil, body + strings.Repeat(" ", 1<<20-len(body))},
		"with unknown fields":    {200, nil, strings.Replace(body, "{", `{"refresh_token": null, "detail": [{}],`, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := l.Answer(t, response)
			if err != nil {
				t.Fatal(err)
			}
			if token.Value() != l.Success.Token || token.Type() != "Bearer" {
				t.Errorf("the token is %s %s, want Bearer %s", token.Type(), token.Value(), l.Success.Token)
			}
			if expiry, known := token.Expiry(); known != (l.Success.Lifetime != 0) {
				t.Errorf("the token expires at %s, known: %v", expiry, known)
			} else if life := expiry.Sub(token.Received()); known && life != l.Success.Lifetime {
				t.Errorf("the token lives %s, want %s", life, l.Success.Lifetime)
			}
		})
	}
}

// testSandbox compares the sandbox's answers with the document's.
func (l login) testSandbox(t *testing.T) {
	inside := sandbox.Config{InProcess: true}
	t.Run("success", func(t *testing.T) {
		server := l.start(t, inside, l.Fields)
		rec := record(server, inside)
		if _, err := l.token(t.Context(), server.URL, l.Fields, client.WithTransport(rec)); err != nil {
			t.Fatal(err)
		}
		got := decode(t, "application/json", string(rec.only(t).received))
		want := decode(t, "application/json", ShownBody(t, l.Success.File))
		if !reflect.DeepEqual(shape(got), shape(want)) {
			t.Errorf("the sandbox answers\n%v\nthe document shows\n%v", shape(got), shape(want))
		}
	})
	for _, refusal := range l.Refusals {
		if refusal.File == "" {
			continue
		}
		t.Run(refusal.File, func(t *testing.T) {
			cfg := sandbox.Config{InProcess: true, RefusalStatus: refusal.Status}
			server := l.start(t, cfg, l.Fields)
			rec := record(server, cfg)
			if _, err := l.token(t.Context(), server.URL, l.secretive(), client.WithTransport(rec)); err == nil {
				t.Fatal("wrong credentials got a token")
			}
			got := decode(t, "application/json", string(rec.only(t).received))
			want := decode(t, "application/json", ShownBody(t, refusal.File))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the sandbox answers\n%v\nthe document shows\n%v", got, want)
			}
		})
	}
}

// testRefusals sends wrong credentials to the sandbox, and replays the document's refusals.
func (l login) testRefusals(t *testing.T) {
	for _, refusal := range l.Refusals {
		t.Run(strconv.Itoa(refusal.Status), func(t *testing.T) {
			for place, cfg := range places {
				cfg.RefusalStatus = refusal.Status
				server := l.start(t, cfg, l.Fields)
				fields := l.secretive()
				_, err := l.token(t.Context(), server.URL, fields, client.WithTransport(record(server, cfg)))
				l.check(t, err, fields, refusal.Status, refusal.failure())
				if counts := server.Counts(); counts.LoginRequests != 1 || counts.Refused != 1 {
					t.Errorf("%s: %+v, want one login, refused", place, counts)
				}
			}
			if refusal.File != "" {
				_, err := l.Answer(t, Response{Status: refusal.Status, Body: ShownBody(t, refusal.File)})
				l.check(t, err, l.Fields, refusal.Status, refusal.failure())
			}
		})
	}
}

// testNoToken answers with a status of success and without anything that could be a token.
func (l login) testNoToken(t *testing.T) {
	shown := ShownBody(t, l.Success.File)
	withToken := func(token string) string {
		quoted, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(shown, `"`+l.Success.Token+`"`, string(quoted), 1)
	}
	bodies := map[string]string{
		"empty body":           "",
		"empty object":         "{}",
		"null":                 "null",
		"list":                 "[]",
		"string":               `"` + l.Success.Token + `"`,
		"number":               "7",
		"garbage":              `{"access_token": "ey`,
		"cut off":              strings.TrimRight(shown, " \n}"),
		"two values":           shown + shown,
		"page":                 page,
		"nested deeply":        nested("[", "", "]", 9000),
		"nested too deeply":    nested("[", "", "]", 200_000),
		"over 1 MiB":           shown + strings.Repeat(" ", 1<<20),
		"empty token":          withToken(""),
		"token with a space":   withToken("two words"),
		"token with a newline": withToken("value\r\nX-Injected: 1"),
		"token with a zero":    withToken("value\x00"),
		"token with DEL":       withToken("value\x7f"),
		"token not in ASCII":   withToken("tökén"),
		"token is null":        strings.Replace(shown, `"`+l.Success.Token+`"`, "null", 1),
		"token is a number":    strings.Replace(shown, `"`+l.Success.Token+`"`, "7", 1),
		"token is an object":   strings.Replace(shown, `"`+l.Success.Token+`"`, "{}", 1),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			if body == shown {
				t.Fatal("the body is the documented success")
			}
			for _, header := range []http.Header{nil, {}, HTML} {
				_, err := l.answer(t, l.Fields, Response{200, header, body}, reading(body))
				l.check(t, err, l.Fields, 200, Failure{Kind: client.ErrUnexpectedResponse})
				if strings.Contains(err.Error(), "X-Injected") || strings.Contains(err.Error(), "tökén") {
					t.Errorf("the error holds the token: %v", err)
				}
			}
		})
	}
	t.Run("204", func(t *testing.T) {
		_, err := l.Answer(t, Response{204, http.Header{}, ""})
		l.check(t, err, l.Fields, 204, Failure{Kind: client.ErrUnexpectedResponse})
	})
	t.Run("never ends", func(t *testing.T) {
		body := &endless{}
		_, err := l.answer(t, l.Fields, Response{Status: 200}, func() io.Reader { return body })
		l.check(t, err, l.Fields, 200, Failure{Kind: client.ErrUnexpectedResponse})
		if body.read > 2<<20 {
			t.Errorf("%d bytes were read of a body that never ends", body.read)
		}
	})
	t.Run("connection lost in the middle", func(t *testing.T) {
		_, err := l.answer(t, l.Fields, Response{Status: 200}, func() io.Reader {
			return io.MultiReader(strings.NewReader(shown[:len(shown)/2]), broken{})
		})
		l.check(t, err, l.Fields, 200, Failure{Kind: client.ErrUnavailable})
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the cause is not wrapped: %v", err)
		}
	})
}

func reading(body string) func() io.Reader {
	return func() io.Reader { return strings.NewReader(body) }
}

// endless is a body of spaces without end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

// broken is a body that ends with a lost connection.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
