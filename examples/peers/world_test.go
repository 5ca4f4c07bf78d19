package peers

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

const api = "https://api.example.com"

// world is all that a library reaches: the authority and the service. It is a RoundTripper, so that nothing is sent. A
// login that goes over HTTP (MSAL, Azure, OpenAI) gets here as a request to another host than the service's.
type world struct {
	*authority
	service http.RoundTripper
}

func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if "https://"+req.URL.Host == api {
		return w.service.RoundTrip(req)
	}
	if strings.HasSuffix(req.URL.Path, "/.well-known/openid-configuration") {
		return answer(http.StatusOK, entra), nil
	}
	token, err := w.login(req.Context())
	if err != nil {
		return nil, err
	}
	body := fmt.Sprintf(`{"access_token": %q, "token_type": "Bearer", "expires_in": %d}`, token, int(lifetime.Seconds()))
	return answer(http.StatusOK, body), nil
}

// client returns an http.Client over the world, for the libraries that take one.
func (w *world) client() *http.Client { return &http.Client{Transport: w} }

// entra is what MSAL asks of its authority before it logs in.
const entra = `{
	"issuer": "https://login.microsoftonline.com/tenant/v2.0",
	"authorization_endpoint": "https://login.microsoftonline.com/tenant/oauth2/v2.0/authorize",
	"token_endpoint": "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
}`

func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode:    status,
		Status:        fmt.Sprintf("%d %s", status, http.StatusText(status)),
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        h,
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}
