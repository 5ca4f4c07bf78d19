package slogobserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/slogobserver"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

const hidden = "s3cr3t-Value"

// talkative answers with secrets wherever it can.
func talkative(req *http.Request) (*http.Response, error) {
	header := http.Header{}
	for _, name := range []string{"Set-Cookie", "Location", "Authorization", "X-Token", "Www-Authenticate", "Etag", "X-Request-Id"} {
		header.Set(name, hidden)
	}
	header.Set("Content-Type", "application/json")
	header.Set("Retry-After", "17")
	return &http.Response{
		StatusCode: http.StatusTooManyRequests, Header: header, Request: req,
		Body: io.NopCloser(strings.NewReader(hidden)), ContentLength: int64(len(hidden)),
	}, nil
}

// Whatever a request and its answer hold, nothing but the harmless is in the log.
func TestT6TransportLogsNoSecret(t *testing.T) {
	var text bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&text, nil)} {
		for _, base := range []roundTripper{
			talkative,
			func(*http.Request) (*http.Response, error) { return nil, errors.New("malformed response " + hidden) },
			func(*http.Request) (*http.Response, error) { return nil, nil }, //nolint:nilnil // what a RoundTripper must not do
		} {
			for _, url := range []string{
				"https://user:" + hidden + "@own.example/reset/" + hidden + "/x?token=" + hidden + "&" + hidden + "&" + hidden + "=1#" + hidden,
				"https://own.example/users/me@own.example/bot123:" + hidden + ";" + hidden,
				"https://own.example/?" + hidden,
			} {
				req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(hidden)))
				for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "Proxy-Authorization", "Referer", "X-Anything"} {
					req.Header.Set(name, hidden)
				}
				req.Header.Set("Content-Type", "text/plain")
				_, _ = slogobserver.Transport{Base: base, Logger: slog.New(handler)}.RoundTrip(req)
			}
		}
	}
	if strings.Contains(text.String(), hidden) || strings.Contains(text.String(), "me@own") || strings.Count(text.String(), "\n") != 18 {
		t.Errorf("the log is\n%s", &text)
	}
}

func TestTransportLogsWhatHelps(t *testing.T) {
	logger, text := newLog()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, "https://own.example/api/v1/vouchers/4711?page=2", strings.NewReader("body")))
	req.Header.Set("Accept", "application/json\n")
	var sent *http.Request
	_, _ = slogobserver.Transport{Logger: logger, Base: roundTripper(func(req *http.Request) (*http.Response, error) {
		sent = req
		return talkative(req)
	})}.RoundTrip(req)
	if sent != req {
		t.Error("the base got another request")
	}
	before, after, _ := strings.Cut(text.String(), " took=")
	_, after, _ = strings.Cut(after, " ")
	if got, want := before+" "+after, `level=WARN msg=request method=POST host=own.example path=/api/v1/vouchers/* query="page=*" `+
		`sent.length=4 sent.Accept=application/json status=429 received.length=12 received.Content-Type=application/json received.X-Request-Id=s3cr3t-Value received.Retry-After=17`+"\n"; got != want {
		t.Errorf("the log is\n%swant\n%s", got, want)
	}
}

// Errors of the network are told as they are: they hold nothing of the service's.
func TestTransportTellsErrorsOfTheNetwork(t *testing.T) {
	for want, failure := range map[string]error{
		`error="dial tcp 127.0.0.1:1: i/o timeout"`: &net.OpError{
			Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: errors.New("i/o timeout"),
		},
		`error="context canceled"`:  context.Canceled,
		`error=*errors.errorString`: errors.New(hidden),
		`error=*fmt.wrapError`:      fmt.Errorf("%s: %w", hidden, io.EOF),
	} {
		logger, text := newLog()
		_, err := slogobserver.Transport{Logger: logger, Base: roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, failure
		})}.RoundTrip(must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://own.example/", nil)))
		if !errors.Is(err, failure) || !strings.Contains(text.String(), want) {
			t.Errorf("%v, and the log is %swant %s", err, text, want)
		}
	}
}

// What is written of a path and a query.
func TestT6WhatIsWrittenOfAPath(t *testing.T) {
	for url, want := range map[string]string{
		"https://x/":                    "path=/ query=\"\"",
		"https://x":                     "path=\"\" query=\"\"",
		"https://x/api/v1/auth/sign-in": "path=/api/v1/auth/sign-in query=\"\"",
		"https://x/v2.1/cards/17/":      "path=/v2.1/cards/*/ query=\"\"",
		"https://x/vouchers/voucher::context::code::A1B2C3": "path=/vouchers/* query=\"\"",
		"https://x/A1B2C3":                                    "path=/* query=\"\"",
		"https://x/ABCDEF":                                    "path=/* query=\"\"",
		"https://x/get%2Fchallenge":                           "path=/get/challenge query=\"\"",
		"https://x/users/me%40own.example":                    "path=/users/* query=\"\"",
		"https://x/6f1ed002-ab5d-4c3e-9d1b-2f0f5a0f0a11":      "path=/* query=\"\"",
		"https://x/" + strings.Repeat("a", 32):                "path=/" + strings.Repeat("a", 32) + " query=\"\"",
		"https://x/v10.10/v10.100/v1":                         "path=/v10.10/*/v1 query=\"\"",
		"https://x/" + strings.Repeat("a", 33):                "path=/* query=\"\"",
		"https://x/a?page=1&sort_by=name&A=1&only&=1&filter=": "path=/a query=\"page=*&sort_by=*&*=*&*=*&*=*&filter=*\"",
		"mailto:secret":                                       "path=* query=\"\"",
	} {
		logger, text := newLog()
		_, _ = slogobserver.Transport{Logger: logger, Base: roundTripper(talkative)}.RoundTrip(
			must(http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)))
		if !strings.Contains(text.String(), " "+want+" ") {
			t.Errorf("%s is written as\n%swant %s", url, text, want)
		}
	}
}

// A secret of the request may be a word in lower case, and stand in its path or be the name of a parameter.
func TestT6NoNameIsASecretOfTheRequest(t *testing.T) {
	const phrase = "correct-horse-battery"
	for url, want := range map[string]string{
		"https://x/invites/" + phrase + "/open":   `path=/invites/*/open query=""`,
		"https://x/invites?" + phrase + "=1&of=2": `path=/invites query="*=*&of=*"`,
	} {
		req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))
		req.Header["authorization"] = []string{"Bearer " + phrase}
		logger, text := newLog()
		_, _ = slogobserver.Transport{Logger: logger, Base: roundTripper(talkative)}.RoundTrip(req)
		if !strings.Contains(text.String(), want) || strings.Contains(text.String(), "horse") {
			t.Errorf("%s is written as\n%swant %s", url, text, want)
		}
	}
}

// Part of a token does not look like one, so what looks like one is left out before a long header is cut.
func TestT6NoTokenIsCutOff(t *testing.T) {
	token := strings.Repeat("0123456789abcdef", 4)
	for n := range 110 {
		logger, text := newLog()
		_, _ = slogobserver.Transport{Logger: logger, Base: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{Header: http.Header{"X-Request-Id": {strings.Repeat("a ", n) + token}}}, nil
		})}.RoundTrip(must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://x/", nil)))
		if strings.Contains(text.String(), token[:8]) {
			t.Fatalf("the log is %s", text)
		}
	}
}

// One request writes one line that a reader can bear, whoever has made it.
func TestALineIsShort(t *testing.T) {
	for name, req := range map[string]*http.Request{
		"a long path":  must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://x/"+strings.Repeat("a/", 100_000), nil)),
		"a long query": must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://x/?"+strings.Repeat("a=1&", 100_000), nil)),
		"no URL":       {},
	} {
		logger, text := newLog()
		_, _ = slogobserver.Transport{Logger: logger, Base: roundTripper(talkative)}.RoundTrip(req)
		if text.Len() > 1000 || strings.Count(text.String(), "\n") != 1 {
			t.Errorf("%s: a line of %d bytes", name, text.Len())
		}
		if long := req.URL != nil; strings.Contains(text.String(), "…") != long {
			t.Errorf("%s: it does not tell that something is left out, or tells it for nothing: %s", name, text)
		}
	}
}

// The zero Transport uses the defaults of net/http and log/slog.
func TestZeroTransport(t *testing.T) {
	before := http.DefaultTransport
	http.DefaultTransport = roundTripper(talkative)
	logger, text := newLog()
	usual := slog.Default()
	slog.SetDefault(logger)
	defer func() { http.DefaultTransport = before; slog.SetDefault(usual) }()
	hc := &http.Client{Transport: slogobserver.Transport{}}
	resp, err := hc.Do(must(http.NewRequestWithContext(t.Context(), http.MethodGet, "https://own.example/", nil)))
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(text.String(), "host=own.example") {
		t.Errorf("%v, and the log is %s", err, text)
	}
}

// closer notes that its idle connections are to be closed.
type closer struct {
	http.RoundTripper
	closed *bool
}

func (c closer) CloseIdleConnections() { *c.closed = true }

func TestTransportReachesTheBase(t *testing.T) {
	closed := false
	hc := &http.Client{Transport: slogobserver.Transport{Base: closer{roundTripper(talkative), &closed}}}
	hc.CloseIdleConnections()
	if !closed {
		t.Error("CloseIdleConnections does not reach the base")
	}
	(&http.Client{Transport: slogobserver.Transport{Base: roundTripper(talkative)}}).CloseIdleConnections()
}
