package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// world is what the commands of a test talk to.
type world struct {
	sandboxes map[string]*sandbox.Server
	fronts    map[string]*httptest.Server
	other     *backend
	certs     string // file with the certificate of other

	mu     sync.Mutex
	tokens []string
}

// newWorld starts four sandboxes, behind fronts that take note of the tokens, and a back end of another kind.
func newWorld(dir string) (*world, error) {
	w := &world{fronts: map[string]*httptest.Server{}, sandboxes: map[string]*sandbox.Server{
		"becard":    sandbox.NewBecard(sandbox.Config{InProcess: true}),
		"bezala":    sandbox.NewBezala(sandbox.Config{InProcess: true}),
		"bleepay":   sandbox.NewBleepay(sandbox.Config{InProcess: true}),
		"formlogin": sandbox.NewFormLogin(sandbox.Config{InProcess: true}),
	}}
	for name, server := range w.sandboxes {
		w.fronts[name] = httptest.NewServer(w.noting(server))
	}
	w.other = newBackend()
	w.certs = filepath.Join(dir, "certs.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.other.server.Certificate().Raw})
	return w, os.WriteFile(w.certs, cert, 0o600)
}

// worldFor starts a world for one test, with a directory for its commands.
func worldFor(t *testing.T) (w *world, dir string) {
	t.Helper()
	dir = t.TempDir()
	w, err := newWorld(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w, dir
}

// noting returns a handler that takes note of the tokens in answers.
func (w *world) noting(next http.Handler) http.Handler {
	token := regexp.MustCompile(`"(?:access_)?token":"([^"]+)"`)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		for _, match := range token.FindAllStringSubmatch(recorder.Body.String(), -1) {
			w.mu.Lock()
			w.tokens = append(w.tokens, match[1])
			w.mu.Unlock()
		}
		for name, values := range recorder.Header() {
			rw.Header()[name] = values
		}
		rw.WriteHeader(recorder.Code)
		_, _ = rw.Write(recorder.Body.Bytes())
	})
}

func (w *world) close() {
	for name, front := range w.fronts {
		front.Close()
		w.sandboxes[name].Close()
	}
	w.other.server.Close()
}

// urls returns the variables BECARD, BEZALA, BLEEPAY, FORMLOGIN and OTHER.
func (w *world) urls() []string {
	list := []string{"OTHER=" + w.other.server.URL, "SSL_CERT_FILE=" + w.certs}
	for name, front := range w.fronts {
		list = append(list, strings.ToUpper(name)+"="+front.URL)
	}
	return list
}

func (w *world) revoke(service string) {
	if service == "other" {
		w.other.revoke()
		return
	}
	w.sandboxes[service].RevokeAll()
}

func (w *world) logins(service string) int {
	if service == "other" {
		return w.other.count()
	}
	return w.sandboxes[service].Counts().Logins
}

// passwords are the secrets of all accounts, and one that is wrong.
var passwords = []string{
	"your-password", "google-access-token", "microsoft-access-token", "okta-access-token",
	"your-device-password-minimum-32-chars", "A1B2C3", "bs_" + strings.Repeat("0123456789abcdef", 4), "secretpassword",
	otherPassword, "wrong-password",
}

// found returns the secret in a text, or "".
func (w *world) found(text string) string {
	w.mu.Lock()
	secrets := append(append(w.other.given(), passwords...), w.tokens...)
	w.mu.Unlock()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			return secret
		}
	}
	return ""
}

// checkFiles returns an error if a file below dir holds a secret. Those that a script says to hold one are left out:
// *.secret.
func (w *world) checkFiles(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, ".secret") {
			return err
		}
		data, err := os.ReadFile(path)
		if secret := w.found(string(data)); secret != "" {
			return fmt.Errorf("%s holds a secret: %q", path, secret)
		}
		return err
	})
}

// lines returns how many lines a text has.
func lines(text string) int {
	return len(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' }))
}

// codeOf returns the exit code of a command; -1 if it did not exit.
func codeOf(err error) int {
	if err == nil {
		return 0
	}
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	return -1
}

const (
	otherUser     = "me"
	otherPassword = "correct horse battery"
)

// backend is a back end over https that is none of ours: it takes a form, gives tokens that end unannounced, and has
// routes for what the sandboxes do not do.
type backend struct {
	server *httptest.Server

	mu      sync.Mutex
	tokens  map[string]bool // whether they live
	logins  int
	seen    http.Header // of the last request with a token
	refused int         // 401 answers
}

func newBackend() *backend {
	b := &backend{tokens: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /app/session", b.logIn)
	mux.HandleFunc("POST /app/json", b.logInByJSON)
	protected := http.NewServeMux()
	protected.HandleFunc("/app/me", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"name":"me"}`) })
	protected.HandleFunc("/app/echo", echo)
	protected.HandleFunc("/app/down", download)
	protected.HandleFunc("/app/up", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n, err)
	})
	protected.HandleFunc("/app/moved", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "session=abc")
		w.Header().Set("Location", b.server.URL+"/app/me?x=1")
		w.WriteHeader(http.StatusFound)
	})
	protected.HandleFunc("/app/elsewhere", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example/x")
		w.WriteHeader(http.StatusFound)
	})
	protected.HandleFunc("/app/events", events)
	protected.HandleFunc("/app/query", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.RawQuery) })
	protected.HandleFunc("/app/cookies", cookies)
	protected.HandleFunc("/app/cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	protected.HandleFunc("/app/half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.Handle("/", b.guard(protected))
	b.server = httptest.NewTLSServer(mux)
	return b
}

func (b *backend) logIn(w http.ResponseWriter, r *http.Request) {
	interim(w)
	if r.FormValue("username") != otherUser || r.FormValue("password") != otherPassword {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"detail":"Incorrect username or password"}`)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer"}`, b.newToken())
}

func (b *backend) logInByJSON(w http.ResponseWriter, r *http.Request) {
	var form struct{ User struct{ Email, Pass string } }
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil || form.User.Email != "you" || form.User.Pass != otherPassword {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprintf(w, `{"data":{"jwt":%q}}`, b.newToken())
}

func (b *backend) newToken() string {
	token := rand.Text()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens[token] = true
	b.logins++
	return token
}

func (b *backend) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		b.mu.Lock()
		alive := b.tokens[token]
		b.seen = r.Header.Clone()
		if !alive {
			b.refused++
		}
		b.mu.Unlock()
		if !alive {
			http.Error(w, `{"detail":"Not authenticated"}`, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// echo answers with the request's method, headers and body.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %q\n", r.Method, r.Header.Get("Content-Type"), body)
	for _, name := range []string{"Cookie", "Proxy-Token", "X-Forwarded-For", "X-Mine"} {
		fmt.Fprintf(w, "%s=%s\n", name, r.Header.Get(name))
	}
}

// download answers with as many bytes as the query says.
func download(w http.ResponseWriter, r *http.Request) {
	var left int64
	_, _ = fmt.Sscan(r.FormValue("bytes"), &left)
	chunk := bytes.Repeat([]byte("x"), 32<<10)
	for left > 0 {
		n, err := w.Write(chunk[:min(left, int64(len(chunk)))])
		if err != nil {
			return
		}
		left -= int64(n)
	}
}

// events sends one line, and the next one when it hears of the first.
func events(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "first\n")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// cookies sends a cookie at each place where an answer can have one.
func cookies(w http.ResponseWriter, _ *http.Request) {
	interim(w)
	w.Header().Set("Set-Cookie", "header=of-the-service")
	w.Header().Set("Trailer", "X-Sum")
	_, _ = io.WriteString(w, "body")
	w.Header().Set("X-Sum", "1")
	w.Header().Set(http.TrailerPrefix+"Set-Cookie", "trailer=of-the-service")
}

// interim sends an interim answer with a cookie.
func interim(w http.ResponseWriter) {
	w.Header().Set("Set-Cookie", "interim=of-the-service")
	w.WriteHeader(http.StatusEarlyHints)
	w.Header().Del("Set-Cookie")
}

func (b *backend) revoke() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for token := range b.tokens {
		b.tokens[token] = false
	}
}

func (b *backend) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logins
}

func (b *backend) given() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for token := range b.tokens {
		list = append(list, token)
	}
	return list
}
