package apierror

import "net/http"

// Doer sends requests as its Client does, and returns the error of [Check] for each answer that is no success. Give it
// to a generated client in place of an [http.Client], and each call gives an [*Error] by itself:
//
//	api, err := bezalaapi.NewClientWithResponses(c.BaseURL(), bezalaapi.WithHTTPClient(apierror.Doer{Client: c.HTTPClient()}))
//
// The fields of its results for other statuses, such as JSON404, are then always nil. A redirect that the Client does
// not follow is an error, too.
//
// It is safe for concurrent use by multiple goroutines if its Client is.
type Doer struct {
	// Client sends the requests. Nil: [http.DefaultClient], which sends no token.
	Client interface {
		Do(req *http.Request) (*http.Response, error)
	}
}

// Do sends a request. If it returns an error for an answer, it has closed the answer's body.
func (d Doer) Do(req *http.Request) (*http.Response, error) {
	if d.Client == nil {
		d.Client = http.DefaultClient
	}
	resp, err := d.Client.Do(req)
	if err != nil {
		return resp, err
	}
	if err := Check(resp, nil); err != nil {
		return nil, err
	}
	return resp, nil
}
