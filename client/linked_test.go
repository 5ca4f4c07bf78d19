package client_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/openapi"
)

// What a program links that imports one adapter, or a package beside it: whoever logs in pays for no server, no
// validator and no store's library.
func TestLinkedModules(t *testing.T) {
	t.Parallel()
	const module = "github.com/latchkey-go/latchkey"
	adapter := []string{
		"github.com/apapsch/go-jsonmerge/v2", "github.com/google/uuid", "github.com/hashicorp/go-cleanhttp",
		"github.com/hashicorp/go-retryablehttp", module, "github.com/oapi-codegen/runtime",
		"golang.org/x/crypto", "golang.org/x/sys",
	}
	bare := []string{
		"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
		"golang.org/x/crypto", "golang.org/x/sys",
	}
	packages := map[string][]string{
		"client":          bare,
		"client/secrets":  bare,
		"client/apierror": bare,
		"client/oauth2source": {
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"golang.org/x/crypto", "golang.org/x/oauth2", "golang.org/x/sys",
		},
		"client/slogobserver": {
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"golang.org/x/crypto", "golang.org/x/sys",
		},
		"client/otelobserver": {
			"github.com/cespare/xxhash/v2", "github.com/go-logr/logr", "github.com/go-logr/stdr", // these, auto and log by otel
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"go.opentelemetry.io/auto/sdk", "go.opentelemetry.io/otel", "go.opentelemetry.io/otel/log",
			"go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/trace", "golang.org/x/crypto", "golang.org/x/sys",
		},
		"client/tokenstore": {
			"github.com/gofrs/flock",
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"golang.org/x/crypto", "golang.org/x/sys",
		},
		"client/tokenstore/redisstore": {
			"github.com/cespare/xxhash/v2", // this and atomic by go-redis
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"github.com/redis/go-redis/v9", "go.uber.org/atomic", "golang.org/x/crypto", "golang.org/x/sys",
		},
		"client/tokenstore/keyringstore": {
			"github.com/godbus/dbus/v5", // by go-keyring, and by us to ask before it does
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"github.com/zalando/go-keyring", "golang.org/x/crypto", "golang.org/x/sys",
		},
	}
	for _, service := range openapi.Services() {
		packages["client/"+service] = adapter
	}
	for pkg, want := range packages {
		list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", module+"/"+pkg)
		list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(out)))))
		if !slices.Equal(got, want) {
			t.Errorf("%s links\n%s\nwant\n%s", pkg, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// mostListed is how many modules "go list -m all" may list in a program that imports an adapter: whoever reviews what
// such a program depends on sees them all.
const mostListed = 125

// The program is a module of its own. Its go.mod is as "go mod tidy" leaves it.
func TestListedModules(t *testing.T) {
	t.Parallel()
	const module = "github.com/latchkey-go/latchkey"
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	run := func(dir string, args ...string) string {
		t.Helper()
		list := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
		list.Dir = dir
		var stderr strings.Builder
		list.Stderr = &stderr
		out, err := list.Output()
		if err != nil {
			t.Fatal(err, stderr.String())
		}
		return string(out)
	}
	linked := strings.Split(strings.TrimSpace(run(root, "-deps", "-f",
		`{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} // indirect{{end}}{{end}}`, "./client/becard")), "\n")
	linked = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(linked))), func(line string) bool { return line == "" })
	program := t.TempDir()
	goMod := fmt.Sprintf("module example.com/program\n\ngo 1.26.0\n\nrequire (\n%s v0.0.0\n%s\n)\n\nreplace %[1]s => %[3]q\n",
		module, strings.Join(linked, "\n"), filepath.ToSlash(root))
	goSum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"go.mod": []byte(goMod), "go.sum": goSum} {
		if err := os.WriteFile(filepath.Join(program, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listed := strings.Count(run(program, "-mod=mod", "-m", "all"), "\n")
	t.Logf("%d modules are listed, %d linked beside the program", listed, len(linked)+1)
	if listed > mostListed || listed < 50 {
		t.Errorf("%d modules are listed; want at most %d, and a test that tells something", listed, mostListed)
	}
}

// The README names the two newest releases of Go, and go.mod the older one.
func TestGoVersionIsThatOfTheREADME(t *testing.T) {
	goMod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var minor int
	_, line, _ := strings.Cut(string(goMod), "\ngo 1.")
	if _, err := fmt.Sscanf(line, "%d.0\n", &minor); err != nil {
		t.Fatalf("the go line of go.mod: %v", err)
	}
	if want := fmt.Sprintf("the two newest releases of Go, 1.%d and 1.%d", minor, minor+1); !strings.Contains(string(readme), want) {
		t.Errorf("%q is not in the README", want)
	}
}
