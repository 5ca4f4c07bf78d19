package client_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Behind one address there may be several services: a request for another Host is not for ours.
func TestTokenGoesToItsOwnHostOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
		c := bezalaService.client(t, net.Server, client.WithTransport(net))
		for host, authorised := range map[string]bool{
			"": true, "bezala.sandbox.example": true, "Bezala.Sandbox.example:443": true,
			"other.example": false, "bezala.sandbox.example:8443": false, "bezala.sandbox.example.other.example": false,
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.BaseURL()+"/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			resp, err := c.HTTPClient().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if got := len(net.authorization()) > 0; got != authorised {
				t.Errorf("Host %q: authorised %t; want %t", host, got, authorised)
			}
		}
	})
}

// net/http sends names as they are spelt in the map: ours beside the caller's would be two.
func TestCallersOwnAuthorizationInLowerCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &everywhere{Server: bezalaService.start(t, sandbox.Config{})}
		c := bezalaService.client(t, net.Server, client.WithTransport(net))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.BaseURL()+"/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["authorization"] = []string{"Basic b3duOm93bg=="}
		resp, err := c.HTTPClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if ours := net.authorization(); len(ours) > 0 {
			t.Errorf("ours is sent beside the caller's: %d", len(ours))
		}
	})
}

// Hosts that no base URL has are still different hosts: a request is not replayed from one to another.
func TestRedirectBetweenInternationalHosts(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		var hosts []string
		hc := newHTTPClient(t, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			_ = req.Body.Close()
			hosts = append(hosts, req.URL.Host)
			return &http.Response{
				StatusCode: status, Header: http.Header{"Location": {"https://evïl.example/"}}, Body: http.NoBody, Request: req,
			}, nil
		})))
		resp, err := hc.PostForm("https://bücher.example/sign-up", map[string][]string{"password": {"hunter2"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status || len(hosts) != 1 {
			t.Errorf("HTTP %d after %q; want the %d itself", resp.StatusCode, hosts, status)
		}
	}
}
