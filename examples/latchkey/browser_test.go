//go:build linux

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// evilPage tries to reach a port of this machine in the ways that a page has.
const evilPage = `<!doctype html><title>tries</title>
<iframe name=f1></iframe><iframe name=f2></iframe><iframe name=f3></iframe><form id=p method=post target=f1 action="http://127.0.0.1:PORT/form"><input name=a value=b></form>
<form id=g method=get target=f2 action="http://localhost:PORT/get-form"></form>
<form id=t method=post enctype=text/plain target=f3 action="http://127.0.0.1:PORT/text-form"><input name=a value=b></form>
<img src="http://127.0.0.1:PORT/img"><script src="http://127.0.0.1:PORT/script"></script>
<link rel=stylesheet href="http://localhost:PORT/style"><iframe src="http://127.0.0.1:PORT/frame"></iframe>
<script>
const at = "http://127.0.0.1:PORT";
fetch(at+"/fetch").catch(()=>0);
fetch(at+"/no-cors", {mode:"no-cors", method:"POST", body:"x"}).catch(()=>0);
fetch(at+"/preflight", {method:"PUT", headers:{"Proxy-Token":"x"}}).catch(()=>0);
navigator.sendBeacon(at+"/beacon", "x");
try { new WebSocket("ws://127.0.0.1:PORT/socket") } catch {}
for (const id of ["p", "t", "g"]) document.getElementById(id).submit();
setTimeout(() => { location = "http://evil.example:PORT/rebind" }, 1500);
</script>`

// rebound is a page of evil.example whose name has come to lead to this machine: for the browser, the proxy is its own
// server.
const rebound = `<!doctype html><title>rebound</title><img src="/rebound-img"><iframe name=f></iframe>
<form id=p method=post target=f action="/rebound-form"><input name=a value=b></form>
<script>
fetch("/rebound-get").catch(()=>0);
fetch("/rebound-post", {method:"POST", body:"x"}).catch(()=>0);
document.getElementById("p").submit();
</script>`

// tried are the paths that the pages must try before the test ends.
var tried = []string{
	"/form", "/get-form", "/text-form", "/img", "/script", "/style", "/frame", "/fetch", "/no-cors", "/preflight", "/beacon", "/socket",
	"/rebound-get", "/rebound-post", "/rebound-img", "/rebound-form",
}

// TestBrowser opens pages in a real browser that try to reach a proxy. The gate here needs no Proxy-Token, so that what
// the browser itself sends is all that tells.
func TestBrowser(t *testing.T) {
	if os.Getenv("LATCHKEY_LONG") == "" {
		t.Skip("it takes its time: set LATCHKEY_LONG=1")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed (Debian: apt-get install chromium)")
	}
	g := &gate{next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s went through", r.Method, r.URL.Path)
	})}
	tries := make(chan string, 1000)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rebind" { // the last answer of the real evil.example
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, rebound)
			return
		}
		status, why := g.refuses(r)
		t.Logf("%s %s: %d %s", r.Method, r.URL.Path, status, why)
		g.ServeHTTP(w, r)
		tries <- r.URL.Path
	}))
	defer door.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(door.URL, "http://"), ":")
	g.hosts = []string{"127.0.0.1:" + port, "localhost:" + port}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, strings.ReplaceAll(evilPage, "PORT", port))
	}))
	defer page.Close()

	profile, err := os.MkdirTemp("", "browser") //nolint:usetesting // its processes write there until the last one ends
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	// A browser of today asks the user before a public page reaches this machine. Without that, all tries arrive.
	cmd := exec.CommandContext(t.Context(), browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
		"--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests", "--user-data-dir="+profile,
		"--host-resolver-rules=MAP evil.example 127.0.0.1", page.URL)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the browser is many processes
		_ = cmd.Wait()
	}()
	missing := slices.Clone(tried)
	for limit := time.After(time.Minute); len(missing) > 0; {
		select {
		case path := <-tries:
			missing = slices.DeleteFunc(missing, func(p string) bool { return p == path })
		case <-limit:
			t.Fatalf("the pages did not try %s", strings.Join(missing, " "))
		}
	}
}
