package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// An API key is sent with each request, in a header of its own. It is no bearer token, and a token is no key.
func TestAPIKeyNeedsNoLogin(t *testing.T) {
	w := newWorld(t, service(t, "bleepay"), sandbox.Config{})
	accounts := w.Accounts()
	key, token := accounts[len(accounts)-1].Secret, w.mustLogin()
	for _, tt := range []struct {
		header, value string
		want          int
	}{
		{"X-Api-Key", key, 200}, {"X-Api-Key", key + "0", 401}, {"X-Api-Key", token, 401}, {"X-Api-Key", "", 401},
		{"Authorization", "Bearer " + key, 401}, {"Authorization", "Bearer " + token, 200},
	} {
		req := w.request("GET", w.resource, "", "")
		req.Header.Set(tt.header, tt.value)
		if got := w.do(req); got.status != tt.want {
			t.Errorf("%s: %.12s…: %d; want %d", tt.header, tt.value, got.status, tt.want)
		}
	}
	if len(w.Violations()) > 0 {
		t.Error(w.Violations())
	}
}

// loginAccounts returns the accounts that log in.
func (w *world) loginAccounts() []sandbox.Account {
	return slices.DeleteFunc(w.Accounts(), func(a sandbox.Account) bool { return w.logins[a.Method] == "" })
}

func TestEveryMethodLogsIn(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		var methods []string
		for _, account := range w.loginAccounts() {
			methods = append(methods, account.Method)
			got := w.login(account)
			if got.status != 200 || got.header.Get("Content-Type") != "application/json" {
				t.Fatalf("%s: %d %v %s", account.Method, got.status, got.header, got.body)
			}
			if keys := keysOf(t, got.body); !slices.Equal(keys, w.keys) {
				t.Errorf("%s: keys %q, documented %q", account.Method, keys, w.keys)
			}
			if got := w.resourceWith(w.token(t, got.body)); got.status != 200 {
				t.Errorf("%s: the token is answered %d %s", account.Method, got.status, got.body)
			}
		}
		if len(methods) != len(w.logins) {
			t.Errorf("example accounts for %q, documented %v", methods, w.logins)
		}
		n := len(methods)
		w.wantCounts(sandbox.Counts{Requests: 2 * n, LoginRequests: n, Logins: n, Protected: n})
	})
}

func TestRefusedCredentials(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		n := 0
		for _, account := range w.loginAccounts() {
			for _, wrong := range []func(*sandbox.Account){
				func(a *sandbox.Account) { a.Name = other(a.Name) },
				func(a *sandbox.Account) { a.Secret = other(a.Secret) },
				func(a *sandbox.Account) { a.CompanyName += "x" },
				func(a *sandbox.Account) { a.OktaURL += "x" },
			} {
				sent := account
				wrong(&sent)
				contentType, body := w.encode(w.credentials(sent))
				if _, right := w.encode(w.credentials(account)); body == right {
					continue // a field that this method does not send
				}
				n++
				got := w.do(w.request("POST", w.logins[sent.Method], contentType, body))
				if got.status != w.status || got.body != w.refused {
					t.Errorf("%s: %d %s, want %d %s", sent.Method, got.status, got.body, w.status, w.refused)
				}
			}
		}
		w.wantCounts(sandbox.Counts{Requests: n, LoginRequests: n, Refused: n})
	})
}

func TestStatusesCanBeSet(t *testing.T) {
	everywhere(t, sandbox.Config{LoginStatus: 201, RefusalStatus: 403}, func(t *testing.T, w *world) {
		account := w.Accounts()[0]
		if got := w.login(account); got.status != 201 || !slices.Equal(keysOf(t, got.body), w.keys) {
			t.Errorf("login: %d %s", got.status, got.body)
		}
		account.Secret = other(account.Secret)
		if got := w.login(account); got.status != 403 || got.body != w.refused {
			t.Errorf("refused: %d %s", got.status, got.body)
		}
	})
}

// The specs hold the requests and answers that the documents show.
func TestDocumentedExamples(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		doc := document(t, w.fixture)
		n := 0
		for path, item := range doc.Paths.Map() {
			operation := item.Post
			if operation == nil {
				continue
			}
			for contentType, media := range operation.RequestBody.Value.Content {
				for name, example := range media.Examples {
					n++
					_, body := w.encode(example.Value.Value.(map[string]any))
					got := w.do(w.request("POST", path, contentType, body))
					if got.status != 200 {
						t.Errorf("%s: %d %s", name, got.status, got.body)
					}
				}
			}
			for status, response := range operation.Responses.Map() {
				for name, example := range response.Value.Content.Get("application/json").Examples {
					want := sortedKeys(t, example.Value.Value)
					if got := w.provoke(path, status, example.Value.Value); !slices.Equal(got, want) {
						t.Errorf("%s: keys %q, documented %q", name, got, want)
					}
				}
			}
		}
		if w.name == "bleepay" && n != 3 || w.name == "formlogin" && n != 1 {
			t.Errorf("%d example requests", n)
		}
	})
}

// provoke makes a login answer with status, and returns the sorted keys of the answer.
func (w *world) provoke(path, status string, example any) []string {
	w.t.Helper()
	var account sandbox.Account
	for _, a := range w.Accounts() {
		if w.logins[a.Method] == path {
			account = a
		}
	}
	switch status {
	case "403", "401", "422":
		account.Secret = other(account.Secret)
	case "500":
		got := w.do(w.request("POST", path, "application/json", "{}"))
		if want, _ := json.Marshal(example); !sameJSON(w.t, got.body, string(want)) {
			w.t.Errorf("got %s, documented %s", got.body, want)
		}
		return sortedJSONKeys(w.t, got.body)
	}
	return sortedJSONKeys(w.t, w.login(account).body)
}

func sortedJSONKeys(t *testing.T, object string) []string {
	keys := keysOf(t, object)
	slices.Sort(keys)
	return keys
}

func sortedKeys(t *testing.T, value any) []string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return sortedJSONKeys(t, string(b))
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(x) == fmt.Sprint(y)
}

func TestValuesLookAsDocumented(t *testing.T) {
	everywhere(t, sandbox.Config{}, func(t *testing.T, w *world) {
		first, second := w.login(w.Accounts()[0]), w.login(w.Accounts()[0])
		if !regexp.MustCompile(w.success).MatchString(first.body) {
			t.Errorf("%s does not match %s", first.body, w.success)
		}
		if w.token(t, first.body) == w.token(t, second.body) {
			t.Error("two logins got one token")
		}
	})
}

func TestClaims(t *testing.T) {
	f := service(t, "bleepay")
	onFakeClockOnly(t, f, sandbox.Config{TokenLifetime: 1500 * time.Millisecond}, func(t *testing.T, w *world) {
		time.Sleep(300 * time.Millisecond)
		for method, claim := range map[string]string{
			"email-password": "userId", "mobile-device": "deviceId", "resource": "resource",
		} {
			i := slices.IndexFunc(w.Accounts(), func(a sandbox.Account) bool { return a.Method == method })
			claims := claimsOf(t, w.token(t, w.login(w.Accounts()[i]).body))
			if owner, _ := claims[claim].(string); owner == "" || strings.Contains(owner, w.Accounts()[i].Secret) {
				t.Errorf("%s: claims %v", method, claims)
			}
			now := time.Now().Unix()
			if claims["iat"] != float64(now) || claims["exp"] != float64(now+2) {
				t.Errorf("%s: claims %v at %d", method, claims, now)
			}
		}
	})
}

func claimsOf(t *testing.T, jwt string) (claims map[string]any) {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestLoginPathOfFormLogin(t *testing.T) {
	f := service(t, "formlogin")
	w := newWorld(t, f, sandbox.Config{LoginPath: "/api/v2/token"})
	_, body := f.encode(f.credentials(w.Accounts()[0]))
	const form = "application/x-www-form-urlencoded"
	if got := w.do(w.request("POST", "/api/v2/token", form, body)); got.status != 200 {
		t.Errorf("login: %d %s", got.status, got.body)
	}
	if got := w.do(w.request("POST", "/auth/login", form, body)); got.status != 404 {
		t.Errorf("documented path: %d %s", got.status, got.body)
	}
	w.wantCounts(sandbox.Counts{Requests: 2, LoginRequests: 1, Logins: 1, Violations: 1})
}

func TestSignUpThenSignIn(t *testing.T) {
	w := newWorld(t, service(t, "bleepay"), sandbox.Config{})
	got := w.do(w.request("GET", "/api/v1/auth/get-challenge", "", ""))
	var answer struct{ Challenge string }
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || len(answer.Challenge) != 48 {
		t.Fatalf("challenge: %s (%v)", got.body, err)
	}
	for _, account := range []sandbox.Account{
		{Method: "email-password", Name: "new@example.com", Secret: "new-password"},
		{Method: "mobile-device", Name: strings.Repeat("i", 32), Secret: strings.Repeat("p", 32)},
	} {
		if got := w.login(account); got.status != 400 {
			t.Errorf("%s: sign-in before sign-up: %d", account.Method, got.status)
		}
		fields := w.credentials(account)
		if account.Method == "mobile-device" {
			data := fields["data"].(map[string]any)
			data["platform"], data["challenge"], data["assertionToken"] = "ios", answer.Challenge, "a"
		}
		contentType, body := w.encode(fields)
		signUp := func() result {
			return w.do(w.request("POST", "/api/v1/auth/sign-up", contentType, body))
		}
		got := signUp()
		if want := []string{"id", "role", "createdAt", "updatedAt"}; got.status != 201 || !slices.Equal(keysOf(t, got.body), want) {
			t.Errorf("%s: sign-up: %d %s", account.Method, got.status, got.body)
		}
		if got := signUp(); got.status != 409 || !strings.Contains(got.body, `"already_exists"`) {
			t.Errorf("%s: sign-up again: %d %s", account.Method, got.status, got.body)
		}
		if got := w.login(account); got.status != 200 {
			t.Errorf("%s: sign-in after sign-up: %d %s", account.Method, got.status, got.body)
		}
	}
	if len(w.Violations()) > 0 {
		t.Error(w.Violations())
	}
}

func TestFieldsThatCountForAMethod(t *testing.T) {
	full := func(method string) sandbox.Account {
		return sandbox.Account{
			Method: method, Name: "n@example.com", Secret: "12345678", CompanyName: "c", OktaURL: "https://o.example",
		}
	}
	for name, methods := range map[string]map[string]sandbox.Account{
		"bezala": {
			"password": {Method: "password", Name: "n@example.com", Secret: "12345678"},
			"okta":     full("okta"),
		},
		"bleepay": {"resource": {Method: "resource", Secret: "12345678"}},
	} {
		for method, want := range methods {
			accounts := []sandbox.Account{full(method)}
			w := newWorld(t, service(t, name), sandbox.Config{Accounts: accounts})
			accounts[0].Secret = "changed by the caller"
			if got := w.Accounts()[0]; got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			if got := w.login(full(method)); got.status != 200 {
				t.Errorf("%s: %d %s", method, got.status, got.body)
			}
		}
	}
}

func TestUnknownMethodPanics(t *testing.T) {
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, `becard has no login method "google"`) {
			t.Error(text)
		}
	}()
	sandbox.NewBecard(sandbox.Config{InProcess: true, Accounts: []sandbox.Account{{Method: "google"}}})
}

// Laravel answers a refusal with a redirect unless the request asks for JSON.
func TestBecardRedirectsRefusalWithoutAccept(t *testing.T) {
	w := newWorld(t, service(t, "becard"), sandbox.Config{})
	account := w.Accounts()[0]
	req := w.loginRequest(account)
	req.Header.Del("Accept")
	if got := w.do(req); got.status != 200 {
		t.Errorf("login: %d", got.status)
	}
	account.Secret = other(account.Secret)
	req = w.loginRequest(account)
	req.Header.Set("Accept", "text/html, */*")
	if got := w.do(req); got.status != http.StatusFound || got.header.Get("Location") != "/" {
		t.Errorf("refused: %d %v", got.status, got.header)
	}
	w.wantCounts(sandbox.Counts{Requests: 2, LoginRequests: 2, Logins: 1, Refused: 1, Violations: 2})
}

// Laravel and Rails with Devise answer a dead token with a redirect to a login page unless the request asks for JSON in
// their way. The answers of the real ones are in package backends.
func TestDeadTokenLeadsToALoginPage(t *testing.T) {
	const ours = "application/json, application/*;q=0.5, text/*;q=0.5, image/*;q=0.5"
	for name, tt := range map[string]struct {
		page string
		json map[string]bool // by Accept
	}{
		"becard": {"/login", map[string]bool{
			"": false, "*/*": false, "application/json": true, "application/json, */*": true, "text/html, application/json": false, ours: true,
		}},
		"bezala": {"/users/sign_in", map[string]bool{
			"": false, "*/*": false, "application/json": true, "application/json, */*;q=0.5": false, ours: true,
		}},
	} {
		w := newWorld(t, service(t, name), sandbox.Config{})
		for accept, json := range tt.json {
			req := w.request("GET", w.resource, "", "")
			req.Header.Set("Accept", accept)
			got := w.do(req)
			want, location := http.StatusFound, tt.page
			if json {
				want, location = http.StatusUnauthorized, ""
			}
			if got.status != want || got.header.Get("Location") != location {
				t.Errorf("%s, Accept: %s: %d to %q; want %d to %q", name, accept, got.status, got.header.Get("Location"), want, location)
			}
		}
		if got := w.do(w.request("GET", tt.page, "", "")); got.status != http.StatusOK || !strings.Contains(got.body, "<html>") {
			t.Errorf("%s's login page: %d %s", name, got.status, got.body)
		}
		if len(w.Violations()) > 0 {
			t.Error(w.Violations())
		}
	}
}
