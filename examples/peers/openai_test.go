package peers

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/auth"
	"github.com/openai/openai-go/v3/option"
)

// openAI is its client with a workload identity (README.md, "Workload Identity Authentication", "Custom Subject Token
// Provider"), which exchanges a token of a cloud's for one of its own. With an API key it has no token to hold.
var openAI = peer{
	name:   "openai",
	module: "github.com/openai/openai-go/v3",
	open: func(tb testing.TB, w *world) library {
		identity := auth.WorkloadIdentity{IdentityProviderID: "idp", ServiceAccountID: "sa", Provider: ownSubject{}}
		held, err := auth.NewWorkloadIdentityAuth(identity)
		if err != nil {
			tb.Fatal(err)
		}
		hc := w.client()
		sdk := openai.NewClient(option.WithWorkloadIdentity(identity), option.WithBaseURL(api), option.WithHTTPClient(hc))

		l := tokens(func(ctx context.Context) (string, error) { return held.GetToken(ctx, hc) })
		l.send = func(ctx context.Context) (int, error) {
			var resp *http.Response
			err := sdk.Get(ctx, "v1/things", nil, &resp)
			if failed := (*openai.Error)(nil); errors.As(err, &failed) {
				return failed.StatusCode, nil
			}
			return read(resp, err)
		}
		return l
	},
	shared: "no", // auth/workloadidentity.go, "WorkloadIdentityAuth": a cache in memory
}

type ownSubject struct{}

func (ownSubject) TokenType() auth.SubjectTokenType { return auth.SubjectTokenTypeJWT }

func (ownSubject) GetToken(context.Context, auth.HTTPDoer) (string, error) {
	return "a token of the cloud's", nil
}
