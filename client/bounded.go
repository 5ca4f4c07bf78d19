package client

import "net/http"

// bounded bounds a login's response, also for a Login that reads it without Attempt.
type bounded struct{ base http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.base.RoundTrip(req)
	if err == nil {
		// One byte more than Attempt accepts, so that it can tell.
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxLoginResponse+1)
	}
	return resp, err
}
