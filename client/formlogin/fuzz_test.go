package formlogin_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

const fuzzSecret = "p&ssw örd+%41"

// captured is a RoundTripper that keeps a login as a server reads it off the wire.
type captured struct {
	request *http.Request
	body    []byte
	answer  string
}

func (c *captured) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.request != nil {
		return nil, errors.New("one request too many")
	}
	var wire bytes.Buffer
	if err := req.Write(&wire); err != nil {
		return nil, err
	}
	var err error
	if c.request, err = http.ReadRequest(bufio.NewReader(&wire)); err != nil {
		return nil, err
	}
	c.request.URL.Scheme, c.request.URL.Host = req.URL.Scheme, req.URL.Host // what is dialled
	var body bytes.Buffer
	if _, err := body.ReadFrom(c.request.Body); err != nil {
		return nil, err
	}
	c.body = body.Bytes()
	return (&sent{answer: c.answer}).RoundTrip(&http.Request{URL: req.URL, Header: http.Header{}, Body: http.NoBody})
}

// sentBy logs in. It returns nil if the login's fields are refused, which must be found before anything is sent.
func sentBy(t *testing.T, p formlogin.Password, answer string) (*captured, client.Token) {
	t.Helper()
	wire := &captured{answer: answer}
	_, invalid := p.Account()
	token, err := p.Login(t.Context(), &http.Client{Transport: wire}, fuzzSecret)
	if invalid != nil {
		if !errors.Is(err, client.ErrInvalidInput) || wire.request != nil {
			t.Errorf("%v, and yet %v, %v is sent", invalid, err, wire.request)
		}
		return nil, client.Token{}
	}
	if wire.request == nil {
		t.Fatalf("nothing is sent: %v", err)
	}
	return wire, token
}

// A login goes to the host of its base URL, below the path of its base URL, and to no other place than Path names.
func FuzzT1Path(f *testing.F) {
	for _, path := range []string{
		"", "/auth/login", "/token/", "/a%20b%2Fc", "/anmeldung/für/x", "/a;b=c", "/:8080/x", "/@evil.example", `/\evil.example`, "/*", "/%41",
		"//evil.example/x", "/login?password=x", "/login#x", "/%zz", "/a\x00b", "/../x", "/%2e%2E/a", "/./a", "/a//b", "/%2f%2Fevil.example", "/a%2F%2E%2e/b",
	} {
		f.Add("https://api.example.com", path)
		f.Add("http://127.0.0.1:8080/v2/", path)
	}
	f.Fuzz(func(t *testing.T, base, path string) {
		p := formlogin.Password{BaseURL: base, Path: path, Username: "me", Password: client.Static(fuzzSecret)}
		wire, _ := sentBy(t, p, `{"access_token":"t"}`)
		if wire == nil {
			return
		}
		account, err := client.Account{BaseURL: base}.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		home, err := url.Parse(account.BaseURL)
		if err != nil {
			t.Fatal(err)
		}
		below, err := url.PathUnescape(cmp.Or(path, "/auth/login"))
		if err != nil {
			t.Fatalf("%q is no path", path)
		}
		got := wire.request.URL
		if want := home.Path + below; got.Path != want || got.RawQuery != "" || got.Fragment != "" {
			t.Errorf("%q below %q is sent to %q; want %q", path, base, got.Path, want)
		}
		if got.Scheme != home.Scheme || got.Host != home.Host || wire.request.Host != home.Host {
			t.Errorf("%q below %q is sent to %s and names %s", path, base, got, wire.request.Host)
		}
		for segment := range strings.SplitSeq(got.Path, "/") {
			if segment == "." || segment == ".." {
				t.Errorf("%q below %q is sent to %q", path, base, got.Path)
			}
		}
	})
}

// Each field that is sent arrives under its name, as encoding/json and net/url read it, and there is no other.
func FuzzFields(f *testing.F) {
	for _, names := range [][3]string{
		{"username", "password", "scope"}, {"user.email", "user.password", "user.otp"}, {"a", "a.b", "a.b.c"}, {"a.b", "a", "c"},
		{"a..b", ".a", "a."}, {"a[b]", "a[]", "a]"}, {"__proto__.x", "constructor", "$x"}, {"für", "\u0301", "🔑"}, {"a&b", "c=d", "e+f%41"},
		{"a.b.c.d.e.f.g.h.i.j", "a.b.c.d.e.f.g.h.i.k", "b.a"}, {"", "", ""}, {"x\x00", "\xff", "two words"}, {"A", "a", "Ａ"},
	} {
		f.Add(names[0], names[1], names[2], "value", true)
		f.Add(names[0], names[1], names[2], "vàlue & \"more\"\u2028", false)
	}
	f.Fuzz(func(t *testing.T, username, password, extra, value string, isJSON bool) {
		p := formlogin.Password{
			BaseURL: "https://api.example.com", Username: "me & you", Password: client.Static(fuzzSecret), JSON: isJSON,
			UsernameField: username, PasswordField: password, Extra: map[string]string{extra: value},
		}
		wire, _ := sentBy(t, p, `{"access_token":"t"}`)
		if wire == nil {
			return
		}
		username, password = cmp.Or(username, "username"), cmp.Or(password, "password")
		got := leaves(t, wire.body, isJSON)
		want := map[string]string{username: "me & you", password: fuzzSecret, extra: value}
		if len(got) != len(want) {
			t.Errorf("%q is sent for %q", wire.body, want)
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%q has %q under %q; want %q", wire.body, got[name], name, value)
			}
		}
	})
}

// leaves returns the texts of a body by their names, with dots between those of objects within objects.
func leaves(t *testing.T, body []byte, isJSON bool) map[string]string {
	t.Helper()
	all := map[string]string{}
	if !isJSON {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range form {
			all[name] = strings.Join(values, " and ")
		}
		return all
	}
	var object any
	if err := json.Unmarshal(body, &object); err != nil {
		t.Fatal(err)
	}
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case string:
			all[path] = v
		case map[string]any:
			for name, within := range v {
				walk(within, strings.TrimPrefix(path+"."+name, "."))
			}
		default:
			t.Errorf("%T in %s", v, body)
		}
	}
	walk(object, "")
	return all
}

// A token is found where TokenField says that it is, and nowhere else.
func FuzzTokenField(f *testing.F) {
	for _, field := range []string{"token", "data.token", "a.b.c.d.e.f.g.h.i.j", "", "für.🔑", "a..b", ".a", "a.", ".", "access_token", "A.token"} {
		f.Add(field, "t0ken", "Bearer")
		f.Add(field, "two words", "two words")
		f.Add(field, " blanks ", " JWT ")
		f.Add(field, "to\"k\\en\u007e", "JWT")
	}
	f.Fuzz(func(t *testing.T, field, value, typ string) {
		p := formlogin.Password{BaseURL: "https://api.example.com", Username: "me", Password: client.Static(fuzzSecret), TokenField: field}
		path := strings.Split(cmp.Or(field, "access_token"), ".")
		last := path[len(path)-1]
		if strings.EqualFold(last, "token_type") || field == "." { // "." is the whole answer
			return
		}
		var body any = map[string]string{"token_type": typ, "decoy": "decoy", last: value}
		for _, above := range slices.Backward(path[:len(path)-1]) {
			body = map[string]any{above: body, "decoy": "decoy"}
		}
		answer, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		wire, token := sentBy(t, p, string(answer))
		if wire == nil {
			return
		}
		want := strings.Trim(value, " ")
		if !headerSafe(want) || !headerSafe(strings.TrimSpace(typ)) {
			want = ""
		}
		if got := token.Value(); got != want {
			t.Errorf("%s: %q; want %q", answer, got, want)
		}
	})
}

func headerSafe(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
