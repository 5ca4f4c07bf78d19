package wire

import "net/http"

// Limit bounds the length of each response's body. Reading more gives an [*http.MaxBytesError].
type Limit struct {
	Base  http.RoundTripper
	Bytes int64 // longest body
}

// RoundTrip implements http.RoundTripper.
func (l Limit) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.Base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, l.Bytes)
	return resp, nil
}
