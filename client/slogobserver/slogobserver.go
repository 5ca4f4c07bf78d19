// Package slogobserver writes to a log of package log/slog: what happens inside a [client.Client], and the requests of
// any [http.Client]. No secret gets into the log.
package slogobserver

import (
	"context"
	"log/slog"

	"github.com/latchkey-go/latchkey/client"
)

// New returns an Observer for [client.WithObserver] that writes to a logger; nil is [slog.Default]. A login that fails,
// a 429, a Secret that fails and trouble with a token store are warnings. A login and a request that is sent again are
// information, and the rest is for debugging. The log names no account and has none of the service's words, unless you
// set the Observer's Accounts.
func New(logger *slog.Logger) client.Observer {
	l := log{logger}
	return client.Observer{
		LoginBegun: func(ctx context.Context, e client.Event) context.Context {
			l.write(ctx, slog.LevelDebug, "login begins", e)
			return ctx
		},
		LoginEnded: func(ctx context.Context, e client.Event) {
			switch {
			case e.Kind != "":
				l.write(ctx, slog.LevelWarn, "login failed", e)
			case e.Source == "store":
				l.write(ctx, slog.LevelInfo, "token found in the store", e)
			default:
				l.write(ctx, slog.LevelInfo, "logged in", e)
			}
		},
		WaitShared:   l.writes(slog.LevelDebug, "waited for another call's login"),
		KeptOff:      l.writes(slog.LevelDebug, "no login: the pause after the last one is not over"),
		RateLimited:  l.writes(slog.LevelWarn, "rate limited"),
		Replayed:     l.writes(slog.LevelInfo, "token rejected: the request is sent again"),
		SecretFailed: l.writes(slog.LevelWarn, "no secret"),
		StoreTrouble: func(err error) {
			l.logger().LogAttrs(context.Background(), slog.LevelWarn, "latchkey: token store not used", slog.String("error", err.Error()))
		},
	}
}

// log is where events are written.
type log struct{ to *slog.Logger }

func (l log) logger() *slog.Logger {
	if l.to == nil {
		return slog.Default()
	}
	return l.to
}

// writes returns a function of an Observer.
func (l log) writes(level slog.Level, message string) func(context.Context, client.Event) {
	return func(ctx context.Context, e client.Event) { l.write(ctx, level, message, e) }
}

func (l log) write(ctx context.Context, level slog.Level, message string, e client.Event) {
	logger := l.logger()
	if !logger.Enabled(ctx, level) {
		return
	}
	var attrs []slog.Attr
	for _, word := range []slog.Attr{
		slog.String("service", e.Service), slog.String("method", e.Method), slog.String("account", e.Account),
		slog.String("trigger", e.Trigger), slog.String("source", e.Source), slog.String("limited", e.Limited),
		slog.Duration("took", e.Took), slog.Duration("wait", e.Wait), slog.String("kind", e.Kind), slog.Int("status", e.Status),
	} {
		if !isZero(word.Value) {
			attrs = append(attrs, word)
		}
	}
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", e.Err.Error()))
	}
	logger.LogAttrs(ctx, level, "latchkey: "+message, attrs...)
}

// isZero reports whether there is nothing to say.
func isZero(v slog.Value) bool {
	return v.Equal(slog.StringValue("")) || v.Equal(slog.IntValue(0)) || v.Equal(slog.DurationValue(0))
}
