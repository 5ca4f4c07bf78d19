package peers

import (
	"context"
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// azure is a credential of azidentity, which is made of MSAL, in a pipeline of azcore, as each client of the Azure SDK
// has it (azcore/runtime, "NewBearerTokenPolicy").
var azure = peer{
	name:   "azure",
	module: "github.com/Azure/azure-sdk-for-go/sdk/azidentity",
	open: func(tb testing.TB, w *world) library {
		options := azcore.ClientOptions{Transport: w.client()}
		credential, err := azidentity.NewClientSecretCredential("tenant", "app", "password",
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
		if err != nil {
			tb.Fatal(err)
		}
		scopes := []string{api + "/.default"}
		authorize := runtime.NewBearerTokenPolicy(credential, scopes, nil)
		policies := runtime.PipelineOptions{PerRetry: []policy.Policy{authorize}}
		pipeline := runtime.NewPipeline("peers", "v1.0.0", policies, &options)

		l := tokens(func(ctx context.Context) (azcore.AccessToken, error) {
			return credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes, EnableCAE: true})
		})
		l.send = func(ctx context.Context) (int, error) {
			req, err := runtime.NewRequest(ctx, http.MethodGet, api+"/v1/things")
			if err != nil {
				return 0, err
			}
			return read(pipeline.Do(req))
		}
		return l
	},
	// azidentity, TOKEN_CACHING.MD, "Persistent token caching": on one machine, by the module azidentity/cache.
	shared: "yes: an encrypted file, one machine",
}
