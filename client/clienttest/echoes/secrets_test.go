package echoes_test

import (
	"math/rand/v2"
	"strings"
)

// reference is the secret whose errors those of others are compared with, if the service has none of its own.
const reference = "Zq7wX9vKt4Lm"

// common are secrets that are words of services or of ours.
var common = []string{
	"password", "Password", "invalid", "wrong", "error", "errors", "login", "token", "secret", "admin", "user", "email", "message",
	"a", "e", "1", "401", "HTTP", "redacted", "[redacted]", "the", "is", "answer", "required", "json", "null", "true", "12345",
	"body", "base", "detail", "code", "service unavailable", "credentials refused", "check the base URL", "client", "le", "127.0.0.1",
	"correct horse battery staple", "pass word", "#", "/", `\`, `a"b`, "%", "%41", "&lt", "+", "ümlaut-ß", "пароль", "密码", "🔑",
	"locked", "incorrect", "seconds", "bearer", "Bearer", "Location", "x509", "EOF",
}

var (
	names   = []string{"message", "error", "errors", "code", "detail", "base", "token", "body"}
	reasons = []string{"user", "email", "login", "password", "wrong", "incorrect", "invalid", "locked", "required", "json", "client", "null", "le", "credentials refused", "service unavailable"}
)

// secrets returns common ones, and random ones of 1 to 200 characters.
func secrets() []string {
	const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_.!$&/()=?*#'\"<>%+ "
	random := rand.New(rand.NewPCG(12, 34))
	all := append([]string(nil), common...)
	for _, length := range []int{1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 24, 31, 32, 33, 48, 64, 65, 100, 128, 150, 199, 200} {
		var b strings.Builder
		for b.Len() < length {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		if strings.TrimSpace(b.String()) != "" {
			all = append(all, b.String())
		}
	}
	return all
}
