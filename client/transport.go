package client

import (
	"net/http"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/clock"
	"github.com/latchkey-go/latchkey/client/internal/evidence"
	"github.com/latchkey-go/latchkey/client/internal/lane"
	"github.com/latchkey-go/latchkey/client/internal/resend"
	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// transport authorises requests to the service's own origins and repeats one, once, if its token was rejected.
type transport struct {
	cache    *tokenCache
	base     *wire.Retry
	rejecter Rejecter // nil: only a 401 rejects a token
	home     wire.Home
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	has, ours := t.home.Owns(req)
	if !ours {
		return wire.Named{Base: t.base}.RoundTrip(req)
	}
	turn, err := t.base.Enter(req) // before the token is got, which may be another one after a wait
	if err != nil {
		return nil, err
	}
	defer turn.Leave()
	used, sent, err := t.cache.get(req.Context())
	if err != nil {
		wire.CloseBody(req)
		return nil, err
	}
	if name, _ := used.token.Header(); name != "Authorization" && wire.HasHeader(req.Header, name) { // the caller's own
		turn.Leave()
		return wire.Named{Base: t.base}.RoundTrip(req)
	}
	resp, resent, err := t.send(req, has, used, turn)
	switch {
	case err != nil:
		return nil, err
	case t.rejects(resp):
		return t.replay(req, has, resp, &rejection{rejected: used, from: evidence.RouteOf(req), sent: sent, resent: resent}, turn)
	case accepts(resp):
		t.cache.works(used)
		if t.cache.watching() {
			t.cache.accepted(used, evidence.RouteOf(req), sent, false)
		}
	}
	return resp, nil
}

// CloseIdleConnections implements what [http.Client.CloseIdleConnections] calls.
func (t *transport) CloseIdleConnections() { wire.CloseIdle(t.base) }

// rejects reports whether an answer rejects the token.
func (t *transport) rejects(resp *http.Response) (yes bool) {
	if resp.StatusCode == http.StatusUnauthorized || t.rejecter == nil {
		return resp.StatusCode == http.StatusUnauthorized
	}
	defer func() {
		if recover() != nil { // it may be a user's own
			yes = false
		}
	}()
	return t.rejecter.Rejected(resp.StatusCode, resp.Header)
}

// accepts reports whether a route accepted the token. Other answers than these and a rejection say nothing about it.
func accepts(resp *http.Response) bool { return resp.StatusCode < 400 }

// send sends a copy of the request that carries the token. The response names the caller's own request, which does not
// carry it. resent is that of [wire.Retry.Send].
func (t *transport) send(
	req *http.Request, has wire.Has, e *entry, turn *lane.Turn,
) (resp *http.Response, resent int, err error) {
	name, _ := e.token.Header()
	resp, resent, err = t.base.Send(has.Authorise(req, name, e.authorization[:]), turn)
	echo := wire.Echo{Service: t.cache.realm.Value().Service, Token: e.token.Value()}
	if err != nil {
		return nil, resent, echo.Error(err)
	}
	resp.Request = req
	echo.Quiet(resp)
	return resp, resent, nil
}

// replay sends a request again whose token was rejected, with another token. The 401 is the answer if the body cannot
// be sent again, or if there is no other token.
func (t *transport) replay(
	req *http.Request, has wire.Has, unauthorized *http.Response, r *rejection, turn *lane.Turn,
) (*http.Response, error) {
	if !wire.Rewinds(req) {
		t.cache.replaceBehind(req.Context(), r)
		return unauthorized, nil
	}
	unauthorized.Body = wire.Hold(unauthorized.Body) // the login may need its connection
	current, err := t.cache.replace(req.Context(), r)
	if err != nil {
		wire.Drain(unauthorized.Body)
		return nil, err
	}
	if current.token.Equal(r.rejected.token) {
		return unauthorized, nil
	}
	again := req.WithContext(resend.With(req.Context(), r.resent+1))
	if wire.Rewind(again) != nil {
		return unauthorized, nil //nolint:nilerr // the 401 tells more than why there is no second try
	}
	wire.Drain(unauthorized.Body)
	t.cache.replaying(req.Context())
	sent := clock.Mono(time.Now())
	resp, _, err := t.send(again, has, current, turn)
	if err != nil {
		return nil, err
	}
	if accepts(resp) && !t.rejects(resp) { // the next request shows whether the route rejects this one, too
		t.cache.works(current)
		t.cache.accepted(current, r.from, sent, true)
	}
	return resp, nil
}
