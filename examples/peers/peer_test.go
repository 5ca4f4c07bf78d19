package peers

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// peer is one library. Its file says where its documentation recommends what is done there.
type peer struct {
	name   string
	module string // the module whose version counts
	open   func(tb testing.TB, w *world) library
	shared string // whether processes share a token: what its documentation says
}

var peers = []peer{latchkey, xoauth2, google, awsKeys, awsBearer, msal, azure, openAI}

// library is a peer that is set up, with no token yet. What it does not have is nil.
type library struct {
	token func(ctx context.Context) error           // gets a token, held or new
	print func(ctx context.Context) (string, error) // the same token in the verbs %v and %+v
	send  func(ctx context.Context) (int, error)    // an authorised GET, from its making to the end of its answer
}

// use gets a token or sends a request: what of both the library has.
func (l library) use(ctx context.Context) error {
	if l.send == nil {
		return l.token(ctx)
	}
	_, err := l.send(ctx)
	return err
}

// tokens makes token and print of a library's own function.
func tokens[T any](get func(context.Context) (T, error)) library {
	return library{
		token: func(ctx context.Context) error {
			_, err := get(ctx)
			return err
		},
		print: func(ctx context.Context) (string, error) {
			token, err := get(ctx)
			return fmt.Sprintf("%v %+v", token, token), err
		},
	}
}

// through makes send of a library's http.Client.
func through(hc *http.Client) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, api+"/v1/things", nil)
		if err != nil {
			return 0, err
		}
		return read(hc.Do(req))
	}
}

func read(resp *http.Response, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}
