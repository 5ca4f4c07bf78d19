package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

// grant is what the server knows of a token.
type grant struct {
	account Account
	expires time.Time // on the service's clock; zero: never
}

// Revoke kills a token. Requests that carry it are answered 401 from now on.
func (srv *Server) Revoke(token string) {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token)
}

// RevokeAll kills all tokens.
func (srv *Server) RevokeAll() {
	s := srv.world()
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Valid reports whether a token is alive: a request that carries it is not answered 401. An API key of bleepay is valid
// as long as its account is there.
func (srv *Server) Valid(token string) bool {
	s := srv.world()
	_, alive := s.bearer(token)
	_, key := s.apiKey(token)
	return alive || key
}

// admit reports whether the credentials are those of an account, and counts the login.
func (s *world) admit(sent Account) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ok := slices.Contains(s.cfg.Accounts, sent)
	if ok {
		s.counts.Logins++
	} else {
		s.counts.Refused++
	}
	return ok
}

func (s *world) loginStatus() int {
	if status := s.config().LoginStatus; status != 0 {
		return status
	}
	return http.StatusOK
}

func (s *world) refusalStatus() int {
	if status := s.config().RefusalStatus; status != 0 {
		return status
	}
	return s.service.refusal
}

// lifetime returns the life of later tokens; 0: no end.
func (s *world) lifetime() time.Duration {
	if d := s.config().TokenLifetime; d != 0 {
		return d
	}
	return s.service.lifetime
}

func (s *world) grant(token string, account Account, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = grant{account, expires}
}

// bearer returns the account of a token. ok is false if the token is not alive.
func (s *world) bearer(token string) (account Account, ok bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.tokens[token]
	if !ok || !g.expires.IsZero() && !now.Before(g.expires) {
		return Account{}, false
	}
	return g.account, true
}

// apiKey returns the account of an API key.
func (s *world) apiKey(key string) (account Account, ok bool) {
	account = Account{Method: methodAPIKey, Secret: key}
	return account, slices.Contains(s.config().Accounts, account)
}

// jwt returns a JWT with the claims, signed with HS256. The header is a text, since the services write its fields in
// different orders.
func (s *world) jwt(header string, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic("sandbox: " + err.Error()) // claims hold only strings and integers
	}
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64([]byte(header)) + "." + b64(payload)
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(signed))
	return signed + "." + b64(mac.Sum(nil))
}

// identity returns the ID of an account. It is the same in every run.
func (s *world) identity(account Account) uuid.UUID {
	name := account.Name
	if account.Method == methodResource {
		name = account.Secret
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(s.service.name+"/"+name))
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
