package apierror_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/apierror"
	"github.com/latchkey-go/latchkey/client/apierror/testdata/ledgerapi"
	"github.com/latchkey-go/latchkey/client/becard/becardapi"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/bleepay/bleepayapi"
	"github.com/latchkey-go/latchkey/client/formlogin/formloginapi"
)

//go:generate go tool -modfile=../../openapi/codegen/go.mod oapi-codegen -generate types,client -package ledgerapi -o testdata/ledgerapi/ledgerapi.gen.go testdata/ledger.yaml

// doer is what each generated client takes.
type doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// result is what a generated call returns, and what its user wants of it.
type result struct {
	response *http.Response
	body     []byte
	want     func() error
}

// clients are calls of the four services' generated clients, and of one of somebody else's spec.
var clients = map[string]func(d doer) (result, error){
	"becard": func(d doer) (result, error) {
		api, err := becardapi.NewClientWithResponses(base, becardapi.WithHTTPClient(d))
		if err != nil {
			return result{}, err
		}
		r, err := api.ListCardsWithResponse(context.Background())
		if err != nil {
			return result{}, err
		}
		return result{r.HTTPResponse, r.Body, wants(r.JSON200, r.HTTPResponse, r.Body)}, nil
	},
	"bezala": func(d doer) (result, error) {
		api, err := bezalaapi.NewClientWithResponses(base, bezalaapi.WithHTTPClient(d))
		if err != nil {
			return result{}, err
		}
		r, err := api.ListAccountsWithResponse(context.Background())
		if err != nil {
			return result{}, err
		}
		return result{r.HTTPResponse, r.Body, wants(r.JSON200, r.HTTPResponse, r.Body)}, nil
	},
	"bleepay": func(d doer) (result, error) {
		api, err := bleepayapi.NewClientWithResponses(base, bleepayapi.WithHTTPClient(d))
		if err != nil {
			return result{}, err
		}
		r, err := api.ListVouchersWithResponse(context.Background())
		if err != nil {
			return result{}, err
		}
		return result{r.HTTPResponse, r.Body, wants(r.JSON200, r.HTTPResponse, r.Body)}, nil
	},
	"formlogin": func(d doer) (result, error) {
		api, err := formloginapi.NewClientWithResponses(base, formloginapi.WithHTTPClient(d))
		if err != nil {
			return result{}, err
		}
		r, err := api.GetCurrentUserWithResponse(context.Background())
		if err != nil {
			return result{}, err
		}
		return result{r.HTTPResponse, r.Body, wants(r.JSON200, r.HTTPResponse, r.Body)}, nil
	},
	"ledger": func(d doer) (result, error) {
		api, err := ledgerapi.NewClientWithResponses(base, ledgerapi.WithHTTPClient(d))
		if err != nil {
			return result{}, err
		}
		r, err := api.AddEntryWithResponse(context.Background(), ledgerapi.AddEntryJSONRequestBody{Id: "e1"})
		if err != nil {
			return result{}, err
		}
		return result{r.HTTPResponse, r.Body, wants(r.JSON201, r.HTTPResponse, r.Body)}, nil
	},
}

const base = "https://service.example"

func wants[T any](value *T, resp *http.Response, body []byte) func() error {
	return func() error {
		got, err := apierror.Want(value, resp, body)
		if (got == nil) == (err == nil) {
			panic("Want gives a value and an error, or neither")
		}
		return err
	}
}

// canned is a service that has one answer.
type canned struct {
	status int
	header http.Header
	body   string
}

func (c canned) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Header: c.header, Body: io.NopCloser(strings.NewReader(c.body)), Request: req,
	}, nil
}

func get(t *testing.T, d doer) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d.Do(req)
}
