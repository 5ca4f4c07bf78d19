package client_test

import (
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// As every http.RoundTripper owes it.
func TestBodyThatIsNotSentInTheClearIsClosed(t *testing.T) {
	body := &closed{Reader: strings.NewReader("password")}
	_, err := newHTTPClient(t).Post("http://api.example.com/sign-up", "text/plain", body)
	wantErr(t, err, client.ErrInvalidInput)
	if !body.is {
		t.Error("the body was not closed")
	}
}

// A request's URL is not made canonical, as a base URL is.
func TestLocalhostInAnySpellingIsThisMachine(t *testing.T) {
	hc := newHTTPClient(t, client.WithTransport(newServer(fine)))
	for _, host := range []string{"localhost", "LOCALHOST", "LocalHost:8080"} {
		if _, err := fetch(t.Context(), hc, "http://"+host+"/"); err != nil {
			t.Error(err)
		}
	}
}
