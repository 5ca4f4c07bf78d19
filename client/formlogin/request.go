package formlogin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// defaultPath is the login path of the document.
const defaultPath = "/auth/login"

// askExtra returns the values of ExtraSecrets.
func (p Password) askExtra(ctx context.Context) (map[string]string, error) {
	extra := make(map[string]string, len(p.ExtraSecrets))
	for _, name := range slices.Sorted(maps.Keys(p.ExtraSecrets)) {
		field := loginkit.Field{Name: name}
		secret, err := field.Ask(ctx, Service, p.ExtraSecrets[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := field.Check(Service, secret); err != nil {
			return nil, err
		}
		extra[name] = secret
	}
	return extra, nil
}

// body returns the body of the request.
func (p Password) body(secret string, extra map[string]string) (contentType string, body io.Reader, err error) {
	fields := map[string]string{p.usernameField(): p.Username, password.Name: secret}
	maps.Copy(fields, p.Extra)
	maps.Copy(fields, extra)
	if p.JSON {
		object, err := json.Marshal(fields)
		return "application/json", bytes.NewReader(object), err
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	return "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil
}

func (p Password) usernameField() string { return cmp.Or(p.UsernameField, username.Name) }

// at makes the request go to the Path.
func (p Password) at(baseURL string) formloginapi.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		u, err := url.Parse(baseURL + cmp.Or(p.Path, defaultPath))
		if err != nil {
			return err
		}
		req.URL = u
		return nil
	}
}
