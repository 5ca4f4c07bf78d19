package client_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/clienttest"
)

// Whatever base URL is accepted, and whatever URL, Host and redirect a request has: token and password go to the
// scheme, host and port of the base URL, as it was written, and nowhere else.
func FuzzT1TokenStaysHome(f *testing.F) {
	const base = "https://api.example.com"
	for _, seed := range [][4]string{
		{base, base + "/v1/cards", "", "/v1/more"},
		{base + ":443/", "HTTPS://API.example.com/v1/cards", "API.example.com:443", "https://api.example.com:8443/"},
		{base + "/team", base + "/v1/cards", "", "https://files.example/x"},
		{base, base + ":8443/v1/cards", "", base},
		{base, base + "/", "other.example", base},
		{base, "https://api.example.com.evil.example/", "api.example.com", base},
		{base, "https://api.example.com.:443/x", "", "//evil.example"},
		{base, "https://evil.example/", "", base + "/x"},
		{base, base + "/x", "", "http://api.example.com/"},
		{base, base + "//evil.example/", "", `\\evil.example\x`},
		{base, "https://me:pw@api.example.com/", "", "https://api.example.com@evil.example/"},
		{"http://localhost:8080", "http://LOCALHOST:8080/", "", "http://127.0.0.1:8080/"},
		{"http://127.0.0.1", "http://127.0.0.1:80/x", "", "http://127.1/"},
		{"https://[::1]", "https://[0:0::1]:443/", "", "https://[::2]/"},
		{"https://xn--bcher-kva.example", "https://bücher.example/", "", "https://bücher.example/x"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], uint16(102))
		f.Add(seed[0], seed[1], seed[2], seed[3], uint16(0))
		f.Add(seed[0], seed[1], seed[2], seed[3], uint16(201))
	}
	f.Fuzz(func(t *testing.T, base, target, host, location string, code uint16) {
		status := 200 + int(code)%300
		net := &stray{status: status, location: location}
		c, err := client.New(
			becard.Password{BaseURL: base, Email: "me@example.com", Password: client.Static(straySecret)},
			client.WithTransport(net), client.WithInsecureHTTP(), client.WithRetryPolicy(client.RetryPolicy{Attempts: 1}),
		)
		if err != nil {
			return
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			return
		}
		req.Host = host
		if resp, err := c.HTTPClient().Do(req); err == nil {
			resp.Body.Close()
		}
		home, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range net.all() {
			if to != dialled(home, "") {
				t.Errorf("base URL %q, request %q with Host %q, %d to %q: a secret goes to %s", base, target, host, status, location, to)
			}
		}
	})
}

const (
	straySecret = "the-password"
	strayToken  = "the-token"
)

// stray answers logins with a token, and the first other request with a redirect. It keeps where secrets went.
type stray struct {
	location string

	mu      sync.Mutex
	status  int
	trusted []string
}

func (s *stray) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.trusted)
}

func (s *stray) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	login := req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/v1/auth/login")
	if login || strings.Contains(fmt.Sprint(req.URL, req.Host, req.Header), strayToken) {
		s.trusted = append(s.trusted, dialled(req.URL, req.Host))
	}
	answer := response{status: http.StatusOK, body: `{"access_token": "` + strayToken + `"}`}
	if !login {
		answer = response{status: s.status, header: http.Header{"Location": {s.location}}}
		s.status = http.StatusOK
	}
	return answer.to(req)
}

// dialled returns scheme, host and port that a request goes to, and the host that it names, in one spelling.
func dialled(u *url.URL, host string) string {
	spelt := func(u *url.URL) string {
		name := strings.ToLower(u.Hostname())
		if addr, err := netip.ParseAddr(name); err == nil {
			name = addr.String()
		}
		port := strings.TrimLeft(u.Port(), "0")
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
		}
		return name + " " + port
	}
	named := spelt(u)
	if host != "" {
		named = spelt(&url.URL{Scheme: u.Scheme, Host: host})
	}
	return strings.ToLower(u.Scheme) + " " + spelt(u) + " for " + named
}

// Whatever a record says that somebody with the keys has put into the store, a Client takes its token as it is or logs
// in, and is kept off for at most 15 minutes.
func FuzzP9Record(f *testing.F) {
	// W stands for a time, and N for a number.
	const times = `"written":"W","life":N,"keep":N`
	for _, plain := range []string{
		`{}`, `null`, `[]`, `7`, ``, `{"token":null,"note":null}`,
		`{"token":{"value":"stored","type":"Bearer",` + times + `}}`,
		`{"token":{"value":"stored","type":"Bearer","header":"X-Api-Key","extra":{"id":"7"},` + times + `}}`,
		`{"token":{"value":"stored","type":"Bearer","header":"Host",` + times + `}}`,
		`{"token":{"value":"two words","type":"",` + times + `}}`,
		`{"token":{"value":"stored","type":"Bearer","written":"W","keep":N}}`,
		`{"token":{"value":"stored","type":"Bearer","written":"W","life":N,"keep":3600000000000}}`,
		`{"note":{"kind":"limited","status":429,"written":"W","pause":N,"by":"another","named":true}}`,
		`{"note":{"kind":"refused","status":423,"written":"W","pause":N}}`,
		`{"note":{"kind":"refused","status":401,"written":"W","pause":N}}`,
		`{"note":{"kind":"failed","written":"W","pause":N,"met":true}}`,
		`{"note":{"kind":"failed","written":"W","pause":N}}`,
		`{"note":{"kind":"odd","status":N,"written":"W","pause":N,"met":true}}`,
		`{"token":{"value":"stored","type":"Bearer",` + times + `},"note":{"kind":"refused","status":423,"written":"W","pause":N}}`,
	} {
		for _, n := range []time.Duration{math.MinInt64, -1, 0, 1, time.Minute, 100 * time.Hour, math.MaxInt64} {
			for _, seconds := range []int64{-1 << 35, -60, 0, 3600, 1 << 37} {
				f.Add(plain, seconds, int64(n))
			}
		}
	}
	f.Fuzz(func(t *testing.T, plain string, seconds, n int64) {
		const bubble = 946684800 // when it begins
		plain = strings.NewReplacer("W", time.Unix(bubble+seconds, 0).UTC().Format(time.RFC3339), "N", fmt.Sprint(n)).Replace(plain)
		if len(plain) > 64<<10 {
			return
		}
		var stored struct{ Token struct{ Value string } }
		_ = json.Unmarshal([]byte(plain), &stored)
		synctest.Test(t, func(t *testing.T) {
			store, o := foreverStore{&clienttest.MemoryStore{}}, &office{}
			putPlain(t, store, plain)
			c := o.client(t, client.WithTokenStore(store), client.WithUnboundRecords())
			token, _, err := within(t, c, time.Second)
			if err != nil {
				time.Sleep(15*time.Minute + 5*time.Second) // two right clocks may be so far apart
				token, _, err = within(t, c, time.Second)
			}
			if err != nil {
				t.Fatal(err)
			}
			header, _ := token.Header()
			if value := token.Value(); value != "token-0" && value != stored.Token.Value || token.Type() == "" && header == "Authorization" {
				t.Errorf("a token %q of type %q; the record holds %q", value, token.Type(), stored.Token.Value)
			}
			if end, known := token.Expiry(); known && !end.After(time.Now()) {
				t.Errorf("a token that has expired at %s", end)
			}
			if logins := len(o.logins); logins > 1 || logins == 0 == (token.Value() == "token-0") {
				t.Errorf("%d logins, and the token %q", logins, token.Value())
			}
			synctest.Wait()
		})
	})
}
