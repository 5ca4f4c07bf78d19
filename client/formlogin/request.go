package formlogin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
)

// Of RFC 6749, section 2.3.1.
const (
	clientID     = "client_id"
	clientSecret = "client_secret"
)

// body returns the body of the request.
func (p Password) body(secrets map[string]string) (contentType string, body io.Reader, err error) {
	fields := map[string]string{p.username().Name: p.Username}
	maps.Copy(fields, p.Extra)
	maps.Copy(fields, secrets)
	if p.BasicAuth {
		delete(fields, clientID)
		delete(fields, clientSecret)
	}
	if p.JSON {
		object, err := json.Marshal(nested(fields))
		return "application/json", bytes.NewReader(object), err
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	return "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), nil
}

// nested returns an object of fields whose names may lead into further objects.
func nested(fields map[string]string) map[string]any {
	all := map[string]any{}
	for name, value := range fields {
		path := strings.Split(name, ".")
		last := len(path) - 1
		object := all
		for _, above := range path[:last] {
			within, ok := object[above].(map[string]any)
			if !ok {
				within = map[string]any{}
				object[above] = within
			}
			object = within
		}
		object[path[last]] = value
	}
	return all
}

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

// authorize adds HTTP Basic. Both parts are encoded as in a form before, as RFC 6749 wants it.
func (p Password) authorize(secrets map[string]string) formloginapi.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		if p.BasicAuth {
			req.SetBasicAuth(url.QueryEscape(p.Extra[clientID]), url.QueryEscape(secrets[clientSecret]))
		}
		return nil
	}
}
