package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
)

// Where an answer without a length is cut, net/http sees its end: TLS takes a connection that is closed between two
// records for one that has ended well. No token is taken from a part, wherever it ends.
func TestT6CutAnswerGivesNoToken(t *testing.T) {
	t.Parallel()
	const whole = `{"user_id":7,"authorization":{"token":"the-token","type":"Bearer"},"token":"the-token",` +
		`"access_token":"the-token","token_type":"bearer"}`
	for _, s := range services {
		synctest.Test(t, func(t *testing.T) {
			srv := s.start(t, sandbox.Config{})
			for length := range len(whole) + 1 {
				c := s.client(t, srv, client.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					return &http.Response{
						StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: -1,
						Body: io.NopCloser(strings.NewReader(whole[:length])), Request: req,
					}, nil
				})))
				token, err := c.Token(t.Context())
				switch failure, _ := errors.AsType[*client.LoginError](err); {
				case length == len(whole) && (err != nil || token.Value() != "the-token"):
					t.Errorf("%s: the whole answer gives %v, %v", s.name, token, err)
				case length < len(whole) && failure == nil:
					t.Errorf("%s: %s gives the token %q, %v", s.name, whole[:length], token.Value(), err)
				}
			}
		})
	}
}
