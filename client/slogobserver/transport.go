package slogobserver

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/internal/sent"
)

// Transport is a RoundTripper that writes a line for each request: method, host, path, query, status, how long the
// answer's header took, lengths, and the headers that [Headers] names. It writes no body, no other header, and of path
// and query only words that are most likely names of routes and parameters: the rest, such as IDs, codes, e-mail
// addresses and all values of a query, is "*", and what comes after 20 of them is "…". A name that is a word in lower
// case, such as that of a user, looks like one of a route, and is written. Neither a name nor a header is written that
// repeats a secret of the request. Around a Client's transport, which adds the token beneath, that is so for answers of
// 300 and more, and for tokens of more than 40 characters.
//
// It may stand around any RoundTripper. Around that of a [client.Client]'s HTTPClient it writes a line for each request
// of the program, and beneath it, by [client.WithTransport], one for each that is sent, logins included. It is safe for
// concurrent use by multiple goroutines if Base is.
type Transport struct {
	Base   http.RoundTripper // nil: [http.DefaultTransport]
	Logger *slog.Logger      // nil: [slog.Default]
}

// Headers returns the names of the headers that [Transport] writes.
func Headers() []string {
	return []string{
		"Accept", "Content-Type", "User-Agent", "X-Request-Id",
		"Retry-After", "Retry-After-Ms", "RateLimit", "RateLimit-Reset", "X-RateLimit-Reset",
	}
}

// RoundTrip implements [http.RoundTripper].
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := t.base().RoundTrip(req)
	t.write(req, resp, err, time.Since(began))
	return resp, err
}

// CloseIdleConnections implements what [http.Client.CloseIdleConnections] calls.
func (t Transport) CloseIdleConnections() {
	if closer, ok := t.base().(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

func (t Transport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

func (t Transport) write(req *http.Request, resp *http.Response, err error, took time.Duration) {
	ctx, level := context.WithoutCancel(req.Context()), slog.LevelInfo
	if resp == nil || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	logger := log{t.Logger}.logger()
	if !logger.Enabled(ctx, level) {
		return
	}
	to := req.URL
	if to == nil { // the base has refused it
		to = new(url.URL)
	}
	traces := sent.Traces(answered(req, resp))
	attrs := []slog.Attr{
		slog.String("method", printable(req.Method)), slog.String("host", printable(to.Host)),
		slog.String("path", safePath(to, traces)), slog.String("query", safeQuery(to.RawQuery, traces)),
		slog.Duration("took", took), slog.Any("sent", message(traces, req.Header, req.ContentLength)),
	}
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.StatusCode),
			slog.Any("received", message(traces, resp.Header, resp.ContentLength)))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", errorText(err)))
	}
	logger.LogAttrs(ctx, level, "request", attrs...)
}

// errorText returns the text of an error of the network. Another one may repeat what the service sent, or hold words of
// others: then the text is only its type.
func errorText(err error) string {
	if scrub.OfNetwork(err) {
		return err.Error()
	}
	return fmt.Sprintf("%T", err)
}

// answered returns the request that knows best what was sent: a Client's response tells what its token was.
func answered(req *http.Request, resp *http.Response) *http.Request {
	if resp != nil && resp.Request != nil && scrub.Traces(resp.Request.Context()) != nil {
		return resp.Request
	}
	return req
}

// message returns what is written of a request's or a response's headers and body. A value is left out that repeats a
// secret which the request was sent with.
func message(traces func(string) bool, header http.Header, length int64) slog.Value {
	var attrs []slog.Attr
	if length >= 0 {
		attrs = append(attrs, slog.Int64("length", length))
	}
	for _, name := range Headers() {
		switch value := header.Get(name); {
		case value == "":
		case traces(value):
			attrs = append(attrs, slog.String(name, scrub.Redacted))
		default:
			attrs = append(attrs, slog.String(name, printable(value)))
		}
	}
	return slog.GroupValue(attrs...)
}

const longest = 100 // characters of a header

func printable(text string) string { return sent.Line(text, longest) }
