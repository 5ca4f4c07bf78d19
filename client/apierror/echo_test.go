package apierror_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/bearer"
)

const token = "t0ken+of/the=service&1"

// echoing is a service that repeats what it was sent, wherever an error might show it.
func echoing(status int) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		sent := strings.Join(req.Header.Values("Authorization"), " ") + strings.Join(req.Header.Values("X-Api-Key"), " ") +
			strings.Join(req.Header.Values("Cookie"), " ") + req.URL.Query().Get("access_token") + req.URL.Query().Get("pwd")
		if user, _, ok := req.BasicAuth(); ok {
			sent += user // servers see what its base64 means
		}
		// A text that the error shows has the token without its type, by which alone it would be known.
		body := fmt.Sprintf(`{"code":%q,"message":%q,"errors":[{"field":%q,"message":"is wrong"}],"requestId":%q,"type":%q}`,
			sent, "not "+strings.TrimPrefix(sent, "Bearer "), sent, sent, "https://e.example/"+sent)
		return &http.Response{
			StatusCode: status, Request: req, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {jsonType}, "X-Request-Id": {sent}},
		}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// An error repeats no token, whoever has put it into the request.
func TestT6ErrorsRepeatNoToken(t *testing.T) {
	for _, status := range []int{302, 400, 401, 403, 500} {
		c, err := client.New(bearer.Token{
			Service: "own", BaseURL: base, Name: "me", Token: client.Static(token),
		}, client.WithTransport(echoing(status)))
		if err != nil {
			t.Fatal(err)
		}
		slow := c.HTTPClient()
		slow.Timeout = 1e12 // it wraps the body
		plain := &http.Client{Transport: echoing(status)}
		for name, send := range map[string]struct {
			client *http.Client
			change func(*http.Request)
		}{
			"a Client":              {client: c.HTTPClient()},
			"a Client with a limit": {client: slow},
			"package oauth2": {client: &http.Client{Transport: &oauth2.Transport{
				Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}), Base: echoing(status),
			}}},
			"a header":                    {plain, func(req *http.Request) { req.Header.Set("Authorization", "Bearer "+token) }},
			"a key":                       {plain, func(req *http.Request) { req.Header.Set("X-API-Key", token) }},
			"a cookie":                    {plain, func(req *http.Request) { req.Header.Set("Cookie", "session="+token) }},
			"a user name for a key":       {plain, func(req *http.Request) { req.SetBasicAuth(token, "") }},
			"a user name and no password": {plain, func(req *http.Request) { req.SetBasicAuth(token, "X") }},
			"a user name in the URL":      {plain, func(req *http.Request) { req.URL.User = url.User(token) }},
			"a password in the query":     {plain, func(req *http.Request) { req.URL.RawQuery = url.Values{"pwd": {token}}.Encode() }},
			"a query":                     {plain, func(req *http.Request) { req.URL.RawQuery = url.Values{"access_token": {token}}.Encode() }},
		} {
			call := func(d doer) error {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/entries", nil)
				if err != nil {
					t.Fatal(err)
				}
				if send.change != nil {
					send.change(req)
				}
				resp, err := d.Do(req)
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				return apierror.Check(resp, nil)
			}
			for way, err := range map[string]error{"Doer": call(apierror.Doer{Client: send.client}), "Check": call(send.client)} {
				e, ok := errors.AsType[*apierror.Error](err)
				if !ok || e.Status != status || e.Message == "" {
					t.Errorf("%s, %d, %s: %v", name, status, way, err)
					continue
				}
				for _, text := range []string{e.Error(), fmt.Sprintf("%v %+v %#v", e, *e, e)} {
					if strings.Contains(text, token) || strings.Contains(text, token[:11]) || strings.Contains(text, token[11:]) {
						t.Errorf("%s, %d, %s: the token is in %s", name, status, way, text)
					}
				}
				if !strings.Contains(e.Error(), "[redacted]") {
					t.Errorf("%s, %d, %s: nothing was left out of %v: this test tells nothing", name, status, way, e)
				}
			}
		}
	}
}

// An Idempotency-Key is no secret: what a service says of it may be read.
func TestWordsThatAreNoSecretStay(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/entries?page=7f3e9a11-4242", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "7f3e9a11-4242")
	req.Header.Set("User-Agent", "ledger-client/1.0")
	resp := &http.Response{StatusCode: 409, Request: req}
	const message = "7f3e9a11-4242 was used by ledger-client/1.0"
	e, ok := errors.AsType[*apierror.Error](apierror.Check(resp, []byte(`{"message":"`+message+`"}`)))
	if !ok || e.Message != message {
		t.Errorf("%v", e)
	}
}
