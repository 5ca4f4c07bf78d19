package printing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/clienttest"
	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/formlogin"
	"github.com/latchkey-go/latchkey/client/loginkit"
	"github.com/latchkey-go/latchkey/client/oauth2source"
	"github.com/latchkey-go/latchkey/client/otelobserver"
	"github.com/latchkey-go/latchkey/client/slogobserver"
	"github.com/latchkey-go/latchkey/client/tokenstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/keyringstore"
	"github.com/latchkey-go/latchkey/client/tokenstore/redisstore"
)

// secrets are what no print may show.
type secrets struct {
	password, clientSecret string
	token, sessionID       string // from the service
	providerToken          string
	apiKey                 string
	storeKey               string // 32 bytes
}

var secretSets = []secrets{
	{
		password: `c0rrect "horse" & b\ttery`, clientSecret: "s3cr+t of/an=app", token: "t0ken+of/the=service&1", sessionID: "s3ssion-4711-4712",
		providerToken: "ya29.provider-t0ken", apiKey: "bs_" + strings.Repeat("0a1b2c3d", 8), storeKey: strings.Repeat("k3y!", 8),
	},
	{
		password: "пароль-und-Ümlaut <b>", clientSecret: "zweites%20Geheimnis", token: "eyJhbGciOiJIUzI1NiJ9.bm90LWEtand0.c2ln", sessionID: "PHPSESSID=00ff00ff",
		providerToken: "EwB4A8l6BAAU-provider", apiKey: "bs_" + strings.Repeat("ffeeddcc", 8), storeKey: strings.Repeat("0123456789abcdef", 2),
	},
}

func (s secrets) all() map[string]string {
	return map[string]string{
		"password": s.password, "client secret": s.clientSecret, "token": s.token, "session ID": s.sessionID,
		"provider's token": s.providerToken, "API key": s.apiKey, "store's key": s.storeKey,
	}
}

// value is what a program may come to print.
type value struct {
	name string // package and type, or what else it is
	v    any

	// It shows a secret in an unexported field of another struct, where package fmt calls no method of it: it has fields
	// that everyone can read. SECURITY.md says so.
	bare bool
}

// site is a service that knows the password and the token, and repeats both wherever it can. It is a function, so that
// a print of a Client shows what the Client knows, and not what this test does.
type site func() secrets

func (s secrets) site() site { return func() secrets { return s } }

// RoundTrip answers logins, and requests of the API.
func (of site) RoundTrip(req *http.Request) (*http.Response, error) {
	s := of()
	if req.Body != nil {
		_ = req.Body.Close()
	}
	echo := s.password + " " + s.token + " " + s.clientSecret + " " + s.apiKey
	status, body := http.StatusOK, `{"message": `+fmt.Sprintf("%q", echo)+`}`
	header := http.Header{"Content-Type": {"application/json"}}
	if strings.HasPrefix(req.URL.Path, "/api/") {
		echo = s.token + " " + s.apiKey // that is what it gets
		body = "{}"                     // a program prints it if it wants to
	}
	switch req.URL.Path {
	case "/login":
		header.Set("X-Token", s.token)
		body = "{}"
	case "/refused", "/api/rejected":
		status = http.StatusUnauthorized
	case "/limited", "/api/limited":
		status = http.StatusTooManyRequests
		header.Set("Retry-After", "60")
	case "/invalid":
		status = http.StatusUnprocessableEntity
	case "/down":
		status = http.StatusServiceUnavailable
	case "/broken", "/api/broken":
		return nil, errors.New("the connection broke at " + echo)
	}
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, TransferEncoding: []string{"chunked"}, Request: req,
	}, nil
}

// ownContext is one of a type of the program's own, whose fields package fmt prints.
type ownContext struct {
	context.Context
	user string
}

// values returns one value or more of each exported type, and what a program gets from them. All know the secrets.
func values(t *testing.T, s secrets) []value {
	t.Helper()
	all := append(logins(s), ofTheService(t, s)...)
	return append(append(all, stores(t, s)...), ofRequests(t, s)...)
}

func (s secrets) login(path string) formlogin.Password {
	return formlogin.Password{
		BaseURL: "https://own.example", Path: path, Username: "me", Password: client.Static(s.password),
		ExtraSecrets: map[string]client.Secret{"client_secret": client.Static(s.clientSecret)}, TokenHeader: "X-Token",
	}
}

func logins(s secrets) []value {
	const base, mail = "https://own.example", "me@own.example"
	secret, provider := client.Static(s.password), client.Static(s.providerToken)
	attempt := loginkit.Attempt{Service: "own", Secret: s.password, MoreSecrets: []string{s.clientSecret}}
	way := s.login("/login")
	all := []value{
		{name: "bezala.Google", v: bezala.Google{Email: mail, AccessToken: provider}},
		{name: "bezala.Microsoft", v: bezala.Microsoft{Email: mail, AccessToken: provider}},
		{name: "bezala.Okta", v: &bezala.Okta{Email: mail, CompanyName: "c", OktaURL: "https://c.example", AccessToken: provider}},
		{name: "bleepay.MobileDevice", v: bleepay.MobileDevice{InstallationID: "4711", Password: secret}},
		{name: "bleepay.Resource", v: bleepay.Resource{Name: "r", Code: secret}},
		{name: "bleepay.APIKey", v: bleepay.APIKey{Name: "k", Key: client.Static(s.apiKey)}},
		{name: "formlogin.Password", v: way},
		{name: "bearer.Token", v: bearer.Token{Service: "own", BaseURL: base, Name: "n", Token: client.Static(s.token)}},
		{name: "client.Secret", v: secret},
		{name: "client.Login", v: client.Login(&way)},
		{name: "client.Rejecter", v: client.Rejecter(way)},
		{name: "loginkit.Attempt", v: attempt, bare: true},
		{name: "loginkit.Attempt", v: &attempt, bare: true},
		{name: "loginkit.Field", v: loginkit.Field{Name: "password"}},
	}
	for _, service := range services.All() {
		login := service.Login(base, secret)
		all = append(all, value{name: fmt.Sprintf("%T", login), v: login})
	}
	return all
}

// ofTheService returns what a Client gets from the service, and the Client.
func ofTheService(t *testing.T, s secrets) []value {
	t.Helper()
	response := client.TokenResponse{Value: s.token, Type: s.password, Extra: map[string]string{"session_id": s.sessionID}}
	if strings.ContainsAny(s.password, " ") {
		response.Type = "Bearer" // such a type is refused
	}
	token, err := client.NewToken(response)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := client.NewToken(client.TokenResponse{Value: s.token, Type: s.sessionID, ExpiresIn: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := loginkit.Attempt{Service: "own", Secret: s.password}.Read(s.site().RoundTrip(request(t, "/refused")))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, s.login("/login"), s)
	if _, err := c.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool, err := client.NewPool(10, client.WithTransport(s.site()))
	if err != nil {
		t.Fatal(err)
	}
	pooled, err := pool.Client(t.Context(), s.login("/login"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pooled.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A program's context may hold secrets, too.
	ctx := ownContext{context.WithValue(t.Context(), ownContext{}, s.clientSecret+s.token), s.clientSecret + s.token}
	source := oauth2source.New(ctx, c)
	server := sandbox.NewFormLogin(sandbox.Config{
		Accounts: []sandbox.Account{{Method: "password", Name: "me", Secret: s.password}}, InProcess: true,
	})
	t.Cleanup(server.Close)
	own, err := client.New(formlogin.Password{
		BaseURL: server.URL, Username: "me", Password: client.Static(s.password),
	}, client.WithTransport(server.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := own.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := []value{
		{name: "client.TokenResponse", v: response, bare: true},
		{name: "client.TokenResponse", v: &response, bare: true},
		{name: "client.Token", v: token},
		{name: "client.Token", v: odd},
		{name: "client.Token", v: &odd},
		{name: "loginkit.Answer", v: answer, bare: true},
		{name: "client.Client", v: c},
		{name: "client.Client", v: pooled},
		{name: "client.Pool", v: pool},
		{name: "client.PoolStatus", v: pool.Status()},
		{name: "client.LoginLimit", v: bleepay.LoginLimit()},
		{name: "client.Account", v: c.Account()},
		{name: "client.Status", v: c.Status()},
		{name: "client.Option", v: client.WithTransport(s.site())},
		{name: "client.RetryPolicy", v: client.RetryPolicy{}},
		{name: "client.Observer", v: slogobserver.New(nil)},
		{name: "otelobserver.Providers", v: otelobserver.Providers{}},
		{name: "otelobserver.ResendCount", v: otelobserver.ResendCount(s.site())},
		{name: "slogobserver.Transport", v: slogobserver.Transport{Base: c.HTTPClient().Transport}},
		{name: "an http.Client", v: c.HTTPClient()},
		{name: "a transport", v: c.HTTPClient().Transport},
		{name: "oauth2source.Source", v: source},
		{name: "oauth2source.Source", v: *source},
		{name: "an oauth2.TokenSource", v: oauth2.ReuseTokenSource(nil, source)},
		{name: "sandbox.Server", v: server},
		{name: "sandbox.Server", v: *server},
		{name: "a sandbox's transport", v: server.Transport()},
		{name: "apierror.Doer", v: apierror.Doer{Client: c.HTTPClient()}},
	}
	for path, kind := range map[string]error{
		"/refused": client.ErrInvalidCredentials, "/invalid": nil, "/down": client.ErrUnavailable, "/broken": nil,
	} {
		var told []value // of what an Observer is told by name, and with the error
		observer := client.Observer{Accounts: true, LoginEnded: func(_ context.Context, e client.Event) {
			told = append(told, value{name: "client.Event", v: e}, value{name: "client.Event", v: &e})
		}}
		_, err := newClient(t, s.login(path), s, client.WithObserver(observer)).Token(t.Context())
		all = append(all, told...)
		failure, ok := errors.AsType[*client.LoginError](err)
		if !ok || kind != nil && !errors.Is(err, kind) {
			t.Fatalf("%s gives %v", path, err)
		}
		all = append(all, value{name: "client.LoginError", v: err}, value{name: "client.LoginError", v: *failure})
	}
	_, err = newClient(t, s.login("/limited"), s).Token(t.Context())
	limit, ok := errors.AsType[*client.RateLimitError](err)
	if !ok {
		t.Fatalf("a 429 gives %v", err)
	}
	return append(all, value{name: "client.RateLimitError", v: err}, value{name: "client.RateLimitError", v: *limit})
}

// stores returns stores that hold a record of the token.
func stores(t *testing.T, s secrets) []value {
	t.Helper()
	memory := &clienttest.MemoryStore{}
	files, err := tokenstore.NewFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := tokenstore.Sealed(memory, []byte(s.storeKey))
	if err != nil {
		t.Fatal(err)
	}
	fast, err := tokenstore.SealedFast(memory, []byte(s.storeKey))
	if err != nil {
		t.Fatal(err)
	}
	bound := map[string]*client.Client{}
	for name, store := range map[string]client.TokenStore{"sealed": sealed, "fast": fast} {
		bound[name] = newClient(t, s.login("/login"), s, client.WithTokenStore(store))
		if _, err := bound[name].Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	rdb := redis.NewClient(&redis.Options{Addr: "localhost:1", Password: s.password})
	t.Cleanup(func() { _ = rdb.Close() })
	for _, store := range []client.TokenStore{memory, files, sealed} {
		c := newClient(t, s.login("/login"), s, client.WithTokenStore(store), client.WithUnboundRecords())
		if _, err := c.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return []value{
		{name: "clienttest.MemoryStore", v: memory},
		{name: "tokenstore.Files", v: files},
		{name: "a sealed store", v: sealed},
		{name: "a sealed store", v: fast},
		{name: "a Client with a sealed store", v: bound["sealed"]},
		{name: "a Client with a sealed store", v: bound["fast"]},
		{name: "client.TokenStore", v: client.TokenStore(files)},
		{name: "client.Locker", v: client.Locker(files)},
		{name: "client.LockOrGetter", v: client.LockOrGetter(files)},
		{name: "redisstore.Store", v: redisstore.New(rdb)},
		{name: "redisstore.Option", v: redisstore.Option(nil)},
		{name: "keyringstore.Store", v: keyringstore.New()},
		{name: "keyringstore.Option", v: keyringstore.Option(nil)},
	}
}

// ofRequests returns what comes back from API requests: responses, their requests, and errors.
func ofRequests(t *testing.T, s secrets) []value {
	t.Helper()
	var all []value
	for _, login := range []client.Login{s.login("/login"), bleepay.APIKey{BaseURL: "https://own.example", Name: "k", Key: client.Static(s.apiKey)}} {
		c := newClient(t, login, s, client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}))
		for _, path := range []string{"/api/items", "/api/rejected", "/api/limited"} {
			resp, err := c.HTTPClient().Do(request(t, path).WithContext(t.Context()))
			if err != nil {
				t.Fatal(err)
			}
			if failure, ok := errors.AsType[*apierror.Error](apierror.Check(resp, nil)); ok {
				all = append(all, value{name: "apierror.Error", v: failure}, value{name: "apierror.Error", v: *failure})
			}
			_ = resp.Body.Close()
			dump, err := httputil.DumpRequest(resp.Request, true)
			if err != nil {
				t.Fatal(err)
			}
			sent, err := httputil.DumpRequestOut(resp.Request, true)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, value{name: "a response", v: resp}, value{name: "a response's request", v: resp.Request},
				value{name: "the context of a response's request", v: resp.Request.Context()},
				value{name: "a response's headers", v: resp.Request.Header}, value{name: "a dump", v: string(dump)},
				value{name: "a dump", v: string(sent)})
		}
		_, err := c.HTTPClient().Do(request(t, "/api/broken"))
		all = append(all, value{name: "an error of a request", v: err})
	}
	return all
}

func newClient(t *testing.T, login client.Login, s secrets, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(login, append(opts, client.WithTransport(s.site()))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(t *testing.T, path string) *http.Request {
	t.Helper()
	base := "https://own.example"
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, base+path, bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	return req
}
