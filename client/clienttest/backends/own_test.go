package backends_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

// own is a Login as users write it for a back end that has no adapter.
type own struct {
	baseURL, path string
	password      string
	nameField     string     // "": username
	form          url.Values // what a form has besides name and password; nil: JSON is sent
	tokenField    string     // "": access_token
	tokenType     string
}

func (o own) Account() (client.Account, error) {
	return client.Account{Service: "own", BaseURL: o.baseURL, Method: "password", Name: username}, nil
}

func (o own) Secret(context.Context) (string, error) { return o.password, nil }

func (o own) Login(ctx context.Context, hc *http.Client, secret string) (client.Token, error) {
	req, err := o.request(ctx, secret)
	if err != nil {
		return client.Token{}, err
	}
	answer, err := loginkit.Attempt{Service: "own", Method: "password", Secret: secret}.Read(hc.Do(req))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, answer.Unrecognized()
	}
	token, _ := answer.Object()[cmp.Or(o.tokenField, "access_token")].(string)
	return answer.Token(client.TokenResponse{Value: token, Type: o.tokenType})
}

func (o own) request(ctx context.Context, secret string) (*http.Request, error) {
	name := cmp.Or(o.nameField, "username")
	contentType := "application/json"
	body, err := json.Marshal(map[string]string{name: username, "password": secret})
	if err != nil {
		return nil, err
	}
	if o.form != nil {
		contentType = "application/x-www-form-urlencoded"
		form := maps.Clone(o.form)
		form.Set(name, username)
		form.Set("password", secret)
		body = []byte(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.baseURL+o.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	return req, loginkit.AcceptJSON(ctx, req)
}
