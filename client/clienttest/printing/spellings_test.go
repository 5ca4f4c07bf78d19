package printing

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
)

// spellings returns the forms in which a secret may be found in a text.
func spellings(secret string) map[string]string {
	quoted, _ := json.Marshal(secret) // a string always can be
	all := map[string]string{
		"plain":     secret,
		"hex":       fmt.Sprintf("%x", secret),
		"HEX":       fmt.Sprintf("%X", secret),
		"bytes":     strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]"),
		"Go bytes":  strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", []byte(secret)), "[]byte{"), "}"),
		"Go string": strings.Trim(fmt.Sprintf("%q", secret), `"`),
		"JSON":      strings.Trim(string(quoted), `"`),
		"query":     url.QueryEscape(secret),
		"path":      url.PathEscape(secret),
		"HTML":      html.EscapeString(secret),
	}
	// In base64, what stands before the secret decides about its letters. Those at its ends are its neighbours' too.
	for before := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + secret))
		inner := strings.TrimRight(encoded[4:], "=")
		inner = inner[:len(inner)-1]
		all[fmt.Sprint("base64 ", before)] = inner
		all[fmt.Sprint("base64url ", before)] = strings.NewReplacer("+", "-", "/", "_").Replace(inner)
	}
	return all
}
