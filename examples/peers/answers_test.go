package peers

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// revokedToken has a request that is answered 401, since the service has ended the token early (RFC 6750, 3.1).
func revokedToken(t *testing.T, p peer) cell {
	return revoked(t, p, `Bearer error="invalid_token"`)
}

// claimsChallenge has the same with a challenge of Microsoft's Continuous Access Evaluation, which azcore answers
// (azcore/runtime, "BearerTokenPolicy").
func claimsChallenge(t *testing.T, p peer) cell {
	claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token": {"nbf": {"essential": true, "value": "1"}}}`))
	return revoked(t, p, fmt.Sprintf(`Bearer realm="", error="insufficient_claims", claims=%q`, claims))
}

func revoked(t *testing.T, p peer, challenge string) cell {
	return asked(t, p, func(s *service, send func() int) cell {
		s.revoke(challenge)
		first := send()
		if first == http.StatusOK {
			return yesNo(true, "")
		}
		if next := send(); next != http.StatusOK {
			return yesNo(false, fmt.Sprintf("%d, and so is the next", first))
		}
		return yesNo(false, fmt.Sprintf("%d, the next is good", first))
	})
}

// retryAfter has a request that is answered 429 once, with Retry-After: 2. The SDK of AWS knows X-Amz-Retry-After
// instead (aws/retry/middleware.go, "adjustForRetryAfterHeader").
func retryAfter(t *testing.T, p peer) cell {
	return asked(t, p, func(s *service, send func() int) cell {
		s.answers = append(s.answers, answer(http.StatusTooManyRequests, `{"message": "slow down"}`, "Retry-After", "2"))
		before := len(s.gaps()) + 1
		status := send()
		gaps := s.gaps()[before:]
		if len(gaps) == 0 {
			return yesNo(false, fmt.Sprint(status))
		}
		waited := gaps[0].Round(10 * time.Millisecond)
		return yesNo(status == http.StatusOK && waited >= 2*time.Second, fmt.Sprintf("after %v", waited))
	})
}

// unavailable has a GET that is answered 503 once.
func unavailable(t *testing.T, p peer) cell {
	return asked(t, p, func(s *service, send func() int) cell {
		s.answers = append(s.answers, answer(http.StatusServiceUnavailable, `{"message": "later"}`))
		return yesNo(send() == http.StatusOK, "")
	})
}

// asked runs a question in the time of synctest, after a first request that went well.
func asked(t *testing.T, p peer, ask func(s *service, send func() int) cell) cell {
	c := none
	synctest.Test(t, func(t *testing.T) {
		s := new(service)
		l := p.open(t, &world{newAuthority(), s})
		if l.send == nil {
			return
		}
		send := func() int {
			status, err := l.send(t.Context())
			if err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
			return status
		}
		if status := send(); status != http.StatusOK {
			t.Fatalf("%s: status %d", p.name, status)
		}
		c = ask(s, send)
	})
	return c
}
