package client_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// A 401 to a body that cannot be sent again comes back, and a login runs behind, for later callers.

// The 401 to a body that cannot be sent again comes back at once, however long the login takes that runs behind.
func TestT3StreamedUploadsRejectionWaitsForNoLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		srv.RevokeAll()
		srv.SetOutage(sandbox.Outage{Kind: sandbox.Hang, Scope: sandbox.Logins})
		req := newRequest(t, http.MethodGet, c.BaseURL()+bezalaService.resource, io.MultiReader(strings.NewReader("")))
		began := time.Now()
		resp, err := c.HTTPClient().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if took := time.Since(began); resp.StatusCode != http.StatusUnauthorized || took != 0 {
			t.Errorf("HTTP %d after %s; want the 401 at once", resp.StatusCode, took)
		}
		srv.SetOutage(sandbox.Outage{})
		time.Sleep(loginLimit)
		synctest.Wait() // the login that runs behind has ended: no goroutine is left
		wantLogins(t, srv, 2)
	})
}

// A login that runs behind fails. Who has joined it did not begin it, and tries once more.
func TestT3WhoJoinsALoginThatRunsBehindTriesOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := bezalaService.start(t, sandbox.Config{})
		c := bezalaService.client(t, srv)
		mustToken(t, c)
		srv.RevokeAll()
		srv.SetOutage(sandbox.Outage{Kind: sandbox.Hang, Scope: sandbox.Logins, Times: 1})
		getOnce(t, c)
		time.Sleep(10 * time.Second)
		began := time.Now()
		status := get(t, c, bezalaService.resource)
		if took := time.Since(began); status != http.StatusOK || took != loginLimit-10*time.Second {
			t.Errorf("HTTP %d after %s; want 200 when the login that hangs has failed", status, took)
		}
		wantLogins(t, srv, 3)
	})
}

// getOnce sends a body that cannot be sent again, and returns the status.
func getOnce(t *testing.T, c *client.Client) int {
	t.Helper()
	req := newRequest(t, http.MethodGet, c.BaseURL()+bezalaService.resource, io.MultiReader(strings.NewReader("")))
	resp, err := sendAndRead(c.HTTPClient(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}
