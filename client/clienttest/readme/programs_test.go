// Package readme_test compiles and runs the programs of the README, and types its commands.
package readme_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

const module = "github.com/latchkey-go/latchkey/"

// imports is where the names are from that the README uses without an import.
var imports = map[string]string{
	"client": module + "client", "bezala": module + "client/bezala", "formlogin": module + "client/formlogin",
	"secrets": module + "client/secrets", "slogobserver": module + "client/slogobserver",
	"tokenstore": module + "client/tokenstore", "sandbox": module + "client/clienttest/sandbox",
	"context": "context", "errors": "errors", "fmt": "fmt", "log": "log", "slog": "log/slog", "http": "net/http",
	"url": "net/url", "sync": "sync", "time": "time", "os": "os", "tls": "crypto/tls", "x509": "crypto/x509",
	"httptest": "net/http/httptest", "httputil": "net/http/httputil", "net": "net", "io": "io", "strings": "strings",
}

// programs make a program of each Go block below a heading. MAIN is the block as it is.
var programs = map[string]struct {
	main string   // the rest of the program
	want []string // what it prints, or a part of it
}{
	"latchkey": {`
		func main() {
			server := sandbox.NewBezala(sandbox.Config{})
			defer server.Close()
			os.Setenv("BEZALA_PASSWORD", server.Accounts()[0].Secret)
			os.Setenv("BEZALA_BASE_URL", server.URL)
			hc, err := loggedIn(server.Accounts()[0].Name)
			if err != nil {
				log.Fatal(err)
			}
			for range 2 {
				resp, err := hc.Get(server.URL + "/api/accounts")
				if err != nil {
					log.Fatal(err)
				}
				resp.Body.Close()
				fmt.Println(resp.Status, server.Counts().Logins)
			}
		}`, []string{"200 OK 1\n200 OK 1\n"}},
	"Which store": {`
		func main() {
			server := sandbox.NewBezala(sandbox.Config{})
			defer server.Close()
			for range 2 { // as after a restart
				c, err := newClient(bezala.Password{
					BaseURL: server.URL, Email: server.Accounts()[0].Name, Password: client.Static(server.Accounts()[0].Secret),
				})
				if err != nil {
					log.Fatal(err)
				}
				if _, err := c.Token(context.Background()); err != nil {
					log.Fatal(err)
				}
			}
			fmt.Println(server.Counts().Logins)
		}`, []string{"1\n"}},
	"Batch jobs": {`
		func main() {
			accounts := make([]sandbox.Account, 30)
			for i := range accounts {
				accounts[i] = sandbox.Account{Method: "password", Name: fmt.Sprint("user", i), Secret: "secret"}
			}
			server := sandbox.NewFormLogin(sandbox.Config{Accounts: accounts})
			defer server.Close()
			logins := make([]client.Login, len(accounts))
			for i, a := range accounts {
				if i == 7 {
					a.Secret = "another"
				}
				logins[i] = formlogin.Password{BaseURL: server.URL, Username: a.Name, Password: client.Static(a.Secret)}
			}
			err := nightly(context.Background(), logins, func(ctx context.Context, c *client.Client) error {
				_, err := c.Token(ctx)
				return err
			})
			fmt.Println(server.Counts().Logins, "logins, refused:", errors.Is(err, client.ErrInvalidCredentials))
		}`, []string{"29 logins, refused: true\n"}},
	"Behind a proxy": {`
		func main() {
			server := sandbox.NewBezala(sandbox.Config{})
			defer server.Close()
			behind, _ := url.Parse(server.URL)
			service := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(behind))
			defer service.Close()
			company := x509.NewCertPool()
			company.AddCert(service.Certificate())
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Println(r.Method)
				there, err := net.Dial("tcp", r.Host)
				if err != nil {
					log.Fatal(err)
				}
				here, _, _ := http.NewResponseController(w).Hijack()
				fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
				go io.Copy(there, here)
				go io.Copy(here, there)
			}))
			at, _ := url.Parse(proxy.URL)
			c, err := behindProxy(bezala.Password{
				BaseURL: service.URL, Email: server.Accounts()[0].Name, Password: client.Static(server.Accounts()[0].Secret),
			}, at, company)
			if err != nil {
				log.Fatal(err)
			}
			if _, err := c.Token(context.Background()); err != nil {
				log.Fatal(err)
			}
		}`, []string{"CONNECT\n"}},
	"Seeing inside": {`
		func main() {
			server := sandbox.NewBezala(sandbox.Config{})
			defer server.Close()
			hc, err := observedClient(bezala.Password{
				BaseURL: server.URL, Email: server.Accounts()[0].Name, Password: client.Static(server.Accounts()[0].Secret),
			}, slog.New(slog.NewTextHandler(os.Stdout, nil)))
			if err != nil {
				log.Fatal(err)
			}
			resp, err := hc.Get(server.URL + "/api/accounts")
			if err != nil {
				log.Fatal(err)
			}
			resp.Body.Close()
		}`, []string{"service=bezala", "trigger=cold", "status=200"}},
	"Test against it": {`
		func main() {
			if err := try(); err != nil {
				log.Fatal(err)
			}
		}

		func try() error {
			MAIN
			if err != nil {
				return err
			}
			_, err = c.Token(context.Background())
			fmt.Println(server.Counts().Logins, err)
			return nil
		}`, []string{"1 <nil>\n"}},
}

func TestProgramsOfTheREADME(t *testing.T) {
	tried := 0
	for _, b := range blocks(t) {
		if b.language != "go" {
			continue
		}
		program, found := programs[b.heading]
		switch {
		case strings.HasPrefix(b.text, "package "):
			program.main, program.want = "MAIN", []string{"200 OK\n"}
		case !found:
			t.Errorf("the Go block below %q is not in the list of this test", b.heading)
			continue
		case !strings.Contains(program.main, "MAIN"):
			program.main += "\n\nMAIN"
		}
		tried++
		t.Run(b.heading, func(t *testing.T) {
			t.Parallel()
			out := run(t, withImports(t, strings.Replace(program.main, "MAIN", b.text, 1)))
			for _, want := range program.want {
				if !strings.Contains(out, want) {
					t.Errorf("it prints\n%s\nwant %q", out, want)
				}
			}
			if strings.Contains(out, "your-password") {
				t.Errorf("it prints the password:\n%s", out)
			}
		})
	}
	if tried != len(programs)+1 {
		t.Errorf("%d Go blocks were tried; want %d", tried, len(programs)+1)
	}
}

// withImports adds what stands above the code in a file, if it is not there.
func withImports(t *testing.T, code string) string {
	t.Helper()
	if strings.HasPrefix(code, "package ") {
		return code
	}
	const clause = "package main\n"
	file, err := parser.ParseFile(token.NewFileSet(), "", clause+code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v in\n%s", err, code)
	}
	var used []string
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok && imports[name.Name] != "" && !isDeclared(file, name.Name) {
				used = append(used, "import \""+imports[name.Name]+"\"\n")
			}
		}
		return true
	})
	slices.Sort(used)
	return clause + strings.Join(slices.Compact(used), "") + code
}

// isDeclared reports whether a parameter or variable has the name, such as proxy.
func isDeclared(file *ast.File, name string) (declared bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			declared = declared || slices.ContainsFunc(field.Names, func(i *ast.Ident) bool { return i.Name == name })
		}
		return true
	})
	return declared
}

// run runs a program within the module, whose folder stays as it is, and returns what it prints.
func run(t *testing.T, program string) string {
	t.Helper()
	server := sandbox.NewBezala(sandbox.Config{})
	defer server.Close()
	dir := t.TempDir()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(here, "client", "clienttest", "readme", "program", "main.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{place: filepath.Join(dir, "main.go")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"main.go": []byte(program), "overlay.json": overlay} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	built := filepath.Join(dir, "program.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", built, filepath.Dir(place))
	build.Dir = here
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, program)
	}
	cmd := exec.CommandContext(t.Context(), built)
	account := server.Accounts()[0]
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir, "LocalAppData="+dir,
		"BEZALA_BASE_URL="+server.URL, "BEZALA_EMAIL="+account.Name, "BEZALA_PASSWORD="+account.Secret)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
