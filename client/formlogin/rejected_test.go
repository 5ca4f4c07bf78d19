package formlogin_test

import (
	"net/http"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// Which other answers than a 401 mean a dead token only the back end's user knows. If he says nothing, none does.
func TestRejected(t *testing.T) {
	var login client.Rejecter = formlogin.Password{}
	if login.Rejected(http.StatusForbidden, nil) {
		t.Error("a 403 means a dead token, though nobody says so")
	}
	login = formlogin.Password{Rejects: func(status int, header http.Header) bool {
		return status == http.StatusFound && header.Get("Location") == "/login"
	}}
	for location, want := range map[string]bool{"/login": true, "/vouchers": false} {
		if got := login.Rejected(http.StatusFound, http.Header{"Location": {location}}); got != want {
			t.Errorf("a redirect to %s means a dead token: %t", location, got)
		}
	}
	if login.Rejected(http.StatusForbidden, http.Header{"Location": {"/login"}}) {
		t.Error("a 403 means a dead token")
	}
}
