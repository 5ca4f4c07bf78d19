package client_test

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

// modelDriver makes a script's steps happen.
type modelDriver struct {
	model   *model
	service *modelService
	store   *modelStore
	secrets []*modelSecrets
	observe atomic.Pointer[string] // what the observers do
	asked   atomic.Int64           // requests whose path has an ID
	clients []*client.Client
	had     [][]client.Token // by Client
	hadMu   sync.Mutex
	calls   sync.WaitGroup
	waiting atomic.Int64
	ctx     context.Context // of all calls
	cancel  context.CancelFunc
}

func newModelDriver(t *testing.T, script modelScript) *modelDriver {
	m := &model{began: time.Now(), store: script.store}
	d := &modelDriver{
		model: m,
		service: &modelService{
			model: m, secret: "right-secret", answer: "token", latency: 10 * time.Millisecond, spelled: "in", tokens: map[string]*modelToken{},
			api: "ok",
		},
		store: &modelStore{model: m, mode: "ok", records: map[string]modelRecord{}, oldest: map[string]modelRecord{}},
		had:   make([][]client.Token, script.clients),
	}
	d.ctx, d.cancel = context.WithCancel(t.Context())
	for i := range script.clients {
		known := &modelClient{
			id: i, refusals: map[string]*modelPause{}, locked: map[string]*modelPause{},
			failures: modelPause{first: time.Second, longest: time.Minute},
			cooling:  modelPause{first: 5 * time.Second, longest: time.Minute},
		}
		m.clients = append(m.clients, known)
		secrets := &modelSecrets{secret: d.service.secret}
		d.secrets = append(d.secrets, secrets)
		opts := []client.Option{client.WithTransport(modelWire{d.service, known})}
		if script.store != "" {
			opts = append(opts, client.WithTokenStore(modelStoreOf{d.store, known}), client.WithObserver(client.Observer{
				StoreTrouble: func(err error) {
					m.reports(known, err)
					if what := d.observe.Load(); what != nil {
						modelHarm(*what)
					}
				},
			}))
		}
		if script.store == "unbound" {
			opts = append(opts, client.WithUnboundRecords())
		}
		c, err := client.New(modelLoginOf{d.service, known, secrets}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		d.clients = append(d.clients, c)
	}
	return d
}

// rest lets everything come to rest, and judges it.
func (d *modelDriver) rest() {
	synctest.Wait()
	d.model.rests()
}

func (d *modelDriver) step(s modelStep) {
	d.model.mu.Lock()
	d.model.notes("%s", s)
	d.model.mu.Unlock()
	c, known := d.clients[s.who], d.model.clients[s.who]
	switch s.do {
	case "wait":
		time.Sleep(s.d)
	case "token":
		for range s.n {
			d.calls.Go(func() { d.token(s.who, s.kind) })
		}
	case "loop":
		d.calls.Go(func() {
			for range s.n {
				d.token(s.who, s.kind)
				time.Sleep(s.d)
			}
		})
	case "get":
		for range s.n {
			d.calls.Go(func() { d.request(s.who, s.kind, s.d, false) })
		}
	case "post":
		d.calls.Go(func() { d.request(s.who, s.kind, s.d, true) })
	case "traffic":
		paths := map[string][]string{"/both": {"/open", "/closed"}, "/ids": {"/open/", "/closed/"}}[s.kind]
		if paths == nil {
			paths = []string{s.kind}
		}
		d.calls.Go(func() {
			for i := range s.n {
				d.calls.Go(func() { d.request(s.who, paths[i%len(paths)], 20*time.Second, false) })
				time.Sleep(s.d)
			}
		})
	case "api":
		d.service.set(func(v *modelService) { v.api, v.apiWait = s.kind, s.d })
	case "revoke":
		d.service.revoke(func(*modelToken) bool { return true })
	case "session":
		d.service.set(func(v *modelService) { v.session = s.d })
	case "lag":
		d.service.set(func(v *modelService) { v.lag = s.d })
	case "store":
		d.store.set(func(v *modelStore) { v.mode, v.latency = s.kind, s.d })
	case "observer":
		d.observe.Store(&s.kind)
	case "log in":
		d.calls.Go(func() { d.logIn(s.who, s.kind) })
	case "die":
		d.store.set(func(v *modelStore) { v.dies = true })
	case "answer":
		d.service.set(func(v *modelService) { v.answer, v.wait = s.kind, s.d })
	case "latency":
		d.service.set(func(v *modelService) { v.latency = s.d })
	case "life":
		d.service.set(func(v *modelService) { v.life, v.spelled = s.d, s.kind })
	case "sleep":
		d.sleeps(s.d)
	case "set":
		d.sets(s.who, s.d)
	case "clock":
		d.service.set(func(v *modelService) { v.clock = s.d })
	case "secret":
		switch s.kind {
		case "right":
			d.secrets[s.who].set("", "right-secret")
		case "wrong-secret", "other-secret":
			d.secrets[s.who].set("", s.kind)
		default:
			d.secrets[s.who].set(s.kind, "right-secret")
		}
	case "invalidate":
		if token, ok := d.some(s.who, s.kind); ok {
			c.Invalidate(token)
			d.model.drops(known, d.service.find(token.Value()))
		}
	case "logout":
		ctx, cancel, _ := d.context(s.kind)
		held := d.model.leaves(known)
		_ = c.Logout(ctx)
		cancel()
		if held != nil {
			d.model.drops(known, held)
		}
	default:
		panic("no such step: " + s.do)
	}
	d.tell()
	d.rest()
}

// some returns a token that a Client handed out, the last one or the first.
func (d *modelDriver) some(who int, kind string) (client.Token, bool) {
	d.hadMu.Lock()
	defer d.hadMu.Unlock()
	had := d.had[who]
	switch {
	case len(had) == 0:
		return client.Token{}, false
	case kind == "old":
		return had[0], true
	default:
		return had[len(had)-1], true
	}
}

// context makes the context of a call, and tells when it ends; zero: never.
func (d *modelDriver) context(kind string) (context.Context, context.CancelFunc, time.Time) {
	patience, limited := map[string]time.Duration{"tiny": 5 * time.Millisecond, "short": time.Second, "long": time.Minute}[kind]
	ctx, cancel := context.WithCancel(d.ctx)
	now := time.Now()
	switch {
	case limited:
		ctx, stop := context.WithTimeout(ctx, patience)
		return ctx, func() { stop(); cancel() }, now.Add(patience)
	case kind == "cancel":
		time.AfterFunc(100*time.Millisecond, cancel)
		return ctx, cancel, now.Add(100 * time.Millisecond)
	case kind == "done":
		cancel()
		return ctx, cancel, now
	default:
		return ctx, cancel, time.Time{}
	}
}

// token calls Token.
func (d *modelDriver) token(who int, kind string) {
	d.waiting.Add(1)
	defer d.waiting.Add(-1)
	ctx, cancel, done := d.context(kind)
	defer cancel()
	call := d.model.begins(d.model.clients[who], "Token("+kind+")", done)
	defer d.recovers()
	token, err := d.clients[who].Token(ctx)
	d.hadMu.Lock()
	if err == nil && !slices.Contains(modelValues(d.had[who]), token.Value()) {
		d.had[who] = append(d.had[who], token)
	}
	d.hadMu.Unlock()
	d.model.ends(call, d.service.find(token.Value()), 0, err)
}

// request sends a request.
func (d *modelDriver) request(who int, path string, patience time.Duration, stream bool) {
	d.waiting.Add(1)
	defer d.waiting.Add(-1)
	ctx, cancel, done := d.ctx, context.CancelFunc(func() {}), time.Time{}
	if patience > 0 {
		ctx, cancel = context.WithTimeout(d.ctx, patience)
		done = time.Now().Add(patience)
	}
	defer cancel()
	call := d.model.begins(d.model.clients[who], "GET "+path, done)
	call.path, call.stream = path, stream
	d.service.set(func(v *modelService) { call.sound = v.api == "ok" })
	method, url, body := http.MethodGet, modelURL+path, io.Reader(nil)
	if stream {
		method, body = http.MethodPost, io.MultiReader(strings.NewReader("body"))
	}
	if strings.HasSuffix(path, "/") {
		url += strconv.FormatInt(d.asked.Add(1), 10)
	}
	req, err := http.NewRequestWithContext(context.WithValue(ctx, modelCallKey{}, call), method, url, body)
	if err != nil {
		panic(err)
	}
	defer d.recovers()
	resp, err := d.clients[who].HTTPClient().Do(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
		_ = resp.Body.Close()
	}
	d.model.ends(call, nil, status, modelUnwrapped(err))
}

// logIn calls LogIn.
func (d *modelDriver) logIn(who int, kind string) {
	d.waiting.Add(1)
	defer d.waiting.Add(-1)
	ctx, cancel, done := d.context(kind)
	defer cancel()
	known := d.model.clients[who]
	d.model.logsIn(known)
	call := d.model.begins(known, "LogIn("+kind+")", done)
	call.holds, call.stored = false, nil // it logs in though there is a token
	defer d.recovers()
	err := d.clients[who].LogIn(ctx)
	d.model.ends(call, nil, 0, err)
	d.model.loggedIn(known, err)
}

// modelHarm does what user code should not do.
func modelHarm(what string) {
	switch what {
	case "panic":
		panic("with right-secret")
	case "exit":
		runtime.Goexit()
	case "block":
		time.Sleep(10 * time.Minute)
	}
}

func (d *modelDriver) recovers() {
	if v := recover(); v != nil {
		d.model.mu.Lock()
		defer d.model.mu.Unlock()
		d.model.fails("0 nothing panics", "%v", v)
	}
}

// tell tells the model whether anything is wrong now.
func (d *modelDriver) tell() {
	ill, store := false, false
	d.service.set(func(v *modelService) {
		ill = v.answer != "token" || v.latency > time.Second || v.lag > 0 || v.session > 0 && v.session < time.Minute ||
			v.life > 0 && v.life < time.Minute || v.api != "ok"
	})
	for _, secrets := range d.secrets {
		ill = ill || secrets.mode != "" || secrets.secret != "right-secret"
	}
	d.store.set(func(v *modelStore) { store = v.mode != "ok" || d.model.clocksOff })
	d.model.troubles(store, ill || store)
}

func modelValues(tokens []client.Token) (values []string) {
	for _, t := range tokens {
		values = append(values, t.Value())
	}
	return values
}

// end ends all trouble and says whether everybody is logged in again.
func (d *modelDriver) end() {
	d.service.set(func(v *modelService) { v.answer, v.latency, v.session, v.lag = "token", 10*time.Millisecond, 0, 0 })
	d.store.set(func(v *modelStore) { v.mode, v.latency = "ok", 0 })
	for _, secrets := range d.secrets {
		secrets.set("", "right-secret")
	}
	time.Sleep(40 * time.Minute)
	d.rest()
	if n := d.waiting.Load(); n > 0 {
		d.model.mu.Lock()
		d.model.fails("0 nothing hangs", "%d calls have not come back", n)
		d.model.mu.Unlock()
	}
	for i, c := range d.clients {
		ctx, cancel := context.WithTimeout(d.ctx, 2*time.Minute)
		if _, err := c.Token(ctx); err != nil {
			d.model.mu.Lock()
			d.model.fails("L in the end everybody is logged in again", "client %d: %v", i, err)
			d.model.mu.Unlock()
		}
		cancel()
	}
	d.model.mu.Lock()
	d.model.over = true
	d.model.mu.Unlock()
	d.cancel()
	time.Sleep(time.Hour)
	d.calls.Wait()
	d.rest()
}
