package loginkit_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/loginkit"
)

func TestJoinedSecretsAreSplit(t *testing.T) {
	for _, secrets := range [][]string{{"a"}, {"a", "b"}, {"b", "a"}, {"ab", ""}, {"", "ab"}, {"ä,\x00\n", "[redacted]", "🔑"}} {
		if got := loginkit.SplitSecrets(loginkit.JoinSecrets(secrets...)); !slices.Equal(got, secrets) {
			t.Errorf("%q becomes %q", secrets, got)
		}
	}
}

// An answer with any of the joined secrets loses its words, and a redirect its path.
func TestNoErrorRepeatsAnyOfTheJoinedSecrets(t *testing.T) {
	attempt := loginkit.Attempt{Service: "own", Secret: loginkit.JoinSecrets("hunter2", "s3&cret")}
	for _, echo := range []string{"hunter2", "s3&cret", "s3%26cret"} {
		for status, header := range map[int]http.Header{400: nil, 302: {"Location": {"/" + echo}}} {
			resp := response(status, `{"message": "no client `+echo+`"}`)
			resp.Header = header
			answer, err := attempt.Read(resp, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := answer.Unrecognized(); strings.Contains(err.Error(), echo) {
				t.Errorf("%q is in %v", echo, err)
			}
		}
	}
	if _, err := attempt.Read(nil, errors.New("no route")); err == nil || !strings.Contains(err.Error(), "no route") {
		t.Errorf("the network's error is %v", err)
	}
}
