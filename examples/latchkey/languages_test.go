//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The clients that other languages come with reach the service through the proxy, whatever headers they add.
func TestProxyServesOtherLanguages(t *testing.T) {
	t.Parallel()
	w, dir := worldFor(t)
	p := startProxy(t, append(home(dir), w.otherEnv()...), dir, "--listen", "127.0.0.1:0")
	for _, test := range []struct{ program, file, script, want string }{
		{"python3", "x.py", `
import sys, urllib.request
url, token = sys.argv[1:]
for data in None, b"hi":
    print(urllib.request.urlopen(urllib.request.Request(url, data, {"Proxy-Token": token})).status)`, "200\n200\n"},
		{"node", "x.mjs", `
const [url, token] = process.argv.slice(2)
for (const body of [undefined, "hi"]) {
  const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers: { "Proxy-Token": token } })
  console.log(answer.status)
}`, "200\n200\n"},
		{"java", "X.java", `
import java.net.URI;
import java.net.http.*;

class X {
  public static void main(String[] args) throws Exception {
    var client = HttpClient.newHttpClient();
    for (var body : new HttpRequest.BodyPublisher[] {null, HttpRequest.BodyPublishers.ofString("hi")}) {
      var request = HttpRequest.newBuilder(URI.create(args[0])).header("X-Proxy-Token", args[1]);
      if (body != null) request.POST(body);
      System.out.println(client.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode());
    }
  }
}`, "200\n200\n"},
		{"ruby", "x.rb", `
require "net/http"
uri = URI(ARGV[0])
puts Net::HTTP.get_response(uri, { "Proxy-Token" => ARGV[1] }).code
puts Net::HTTP.post(uri, "hi", { "Proxy-Token" => ARGV[1] }).code`, "200\n200\n"},
	} {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(test.program); err != nil {
				t.Skip(err)
			}
			script := filepath.Join(dir, test.file)
			if err := os.WriteFile(script, []byte(test.script), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), test.program, script, p.url+"/echo", p.token).CombinedOutput()
			if err != nil || string(out) != test.want {
				t.Errorf("%v, it says %q, want %q", err, out, test.want)
			}
		})
	}
}
