package wire

import "net/http"

// Limit lets callers read so many bytes of a response.
type Limit struct {
	Base  http.RoundTripper
	Bytes int64
}

// RoundTrip implements http.RoundTripper.
func (l Limit) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.Base.RoundTrip(req)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, l.Bytes)
	}
	return resp, err
}
