package client_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
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
	for pkg, want := range map[string][]string{
		"client/becard":    adapter,
		"client/bezala":    adapter,
		"client/bleepay":   adapter,
		"client/formlogin": adapter,
		"client":           bare,
		"client/secrets":   bare,
		"client/apierror":  bare,
		"client/oauth2source": {
			"github.com/hashicorp/go-cleanhttp", "github.com/hashicorp/go-retryablehttp", module,
			"golang.org/x/crypto", "golang.org/x/oauth2", "golang.org/x/sys",
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
	} {
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
