package wire_test

import (
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

func TestDefaultTransportHasAProxyForHTTPSOnly(t *testing.T) {
	// net/http reads these variables once per process.
	t.Setenv("HTTP_PROXY", "http://proxy.example:3128")
	t.Setenv("HTTPS_PROXY", "http://proxy.example:3128")
	for url, want := range map[string]bool{"http://own.example/": false, "https://own.example/": true} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		by, err := wire.Default().Proxy(req)
		if err != nil || (by != nil) != want {
			t.Errorf("%s by %v, %v; want a proxy: %t", url, by, err, want)
		}
	}
}

// net/http leaves HTTP/2 out of a Transport with a DialContext unless ForceAttemptHTTP2 is set.
func TestDefaultTransportSpeaksHTTP2(t *testing.T) {
	if !wire.Default().ForceAttemptHTTP2 {
		t.Error("it does not")
	}
}
