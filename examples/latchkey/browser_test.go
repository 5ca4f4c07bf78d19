//go:build linux

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
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
fetch("http://evil.example:PORT/rebound").catch(()=>0);
for (const id of ["p", "t", "g"]) document.getElementById(id).submit();
setTimeout(() => { location = "http://evil.example:PORT/rebound-navigation" }, 1500);
</script>`

// TestBrowser opens a page in a real browser that tries to reach a proxy. The gate here needs no Proxy-Token, so that
// what the browser itself sends is all that tells.
func TestBrowser(t *testing.T) {
	if os.Getenv("LATCHKEY_LONG") == "" {
		t.Skip("it takes its time: set LATCHKEY_LONG=1")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium here")
	}
	reached := false
	g := &gate{next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })}
	var mu sync.Mutex
	tries := map[string]string{}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, why := g.refuses(r)
		mu.Lock()
		tries[r.Method+" "+r.URL.Path] = fmt.Sprintf("%d %s", status, why)
		mu.Unlock()
		g.ServeHTTP(w, r)
	}))
	defer door.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(door.URL, "http://"), ":")
	g.hosts = []string{"127.0.0.1:" + port, "localhost:" + port}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, strings.ReplaceAll(evilPage, "PORT", port))
	}))
	defer page.Close()

	// A browser of today asks the user before a public page reaches this machine. Without that, all tries arrive.
	cmd := exec.CommandContext(t.Context(), browser, "--headless=new", "--no-sandbox", "--disable-gpu",
		"--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests", "--user-data-dir="+t.TempDir(),
		"--host-resolver-rules=MAP evil.example 127.0.0.1", "--timeout=6000", "--screenshot="+t.TempDir()+"/x.png", page.URL)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mu.Lock()
	defer mu.Unlock()
	for try, refusal := range tries {
		t.Logf("%s: %s", try, refusal)
		if strings.HasPrefix(refusal, "0 ") {
			t.Errorf("%s is let through", try)
		}
	}
	for _, must := range []string{"/form", "/img", "/fetch", "/no-cors", "/rebound"} {
		found := false
		for try := range tries {
			found = found || strings.HasSuffix(try, must)
		}
		if !found {
			t.Errorf("the page did not try %s:\n%s", must, out)
		}
	}
	if reached {
		t.Error("a request went through")
	}
}
