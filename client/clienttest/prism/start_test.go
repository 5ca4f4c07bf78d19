// Package prism_test has Prism, which nobody here wrote, check the specs, the adapters, the typed clients and the
// sandboxes against each other: as a proxy between client and sandbox that refuses what breaks a spec, and as a mock that
// gives the errors that a spec documents. Prism is an npm package, so these tests run only if they are asked for:
//
//	npm --prefix .ci/prism ci --ignore-scripts
//	LATCHKEY_PRISM=1 go test ./client/clienttest/prism
package prism_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const root = "../../.."

// variable of the environment has the tests with Prism run.
const variable = "LATCHKEY_PRISM"

// keeper runs a command that ends with this process, however that ends: then nobody holds its standard input any more.
const keeper = `exec 3<&0
"$@" 3<&- &
kept=$!
(cat <&3; kill $kept) >/dev/null 2>&1 &
wait $kept`

var listening = regexp.MustCompile(`Prism is listening on (http://127\.0\.0\.1:\d+)`)

// installed returns the folder of Prism's programs, and skips the test if nobody asks for it.
func installed(t *testing.T) (bin string) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("%s is not set", variable)
	}
	bin, err := filepath.Abs(filepath.Join(root, ".ci", "prism", "node_modules", ".bin"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "prism")); err != nil {
		t.Fatal("Prism is missing: npm --prefix .ci/prism ci --ignore-scripts")
	}
	return bin
}

// start starts Prism with a spec, and returns where it listens. It ends with the test.
func start(t *testing.T, mode, spec string, args ...string) (url string) {
	t.Helper()
	bin := installed(t)
	spec = filepath.Join(root, "openapi", spec+".yaml")
	cmd := exec.Command("sh", append([]string{"-c", keeper, "sh", filepath.Join(bin, "prism"), mode, "-p", "0", spec}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH")) // bin has a node, too
	hold, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	found, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if at := listening.FindStringSubmatch(lines.Text()); at != nil {
				found <- at[1]
			}
		}
	}()
	go func() { _ = in.CloseWithError(cmd.Wait()) }()
	t.Cleanup(func() {
		_ = hold.Close()
		<-ended
		if t.Failed() {
			t.Logf("Prism said, in the end:\n%s", log.String()[max(0, log.Len()-3000):])
		}
	})
	select {
	case url = <-found:
	case <-ended:
		t.Fatal("Prism has ended")
	case <-time.After(time.Minute):
		t.Fatal("Prism does not listen")
	}
	return url
}

// newTransport returns one that leaves nothing when the test is over.
func newTransport(t *testing.T) *http.Transport {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
