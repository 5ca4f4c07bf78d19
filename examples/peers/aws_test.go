package peers

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/codecatalyst"
	"github.com/aws/smithy-go/auth/bearer"
)

// awsKeys is the cache of keys that sign requests (aws/credential_cache.go). A signature is no bearer token, so no
// request of it is compared.
var awsKeys = peer{
	name:   "aws",
	module: "github.com/aws/aws-sdk-go-v2",
	open: func(_ testing.TB, w *world) library {
		return tokens(aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			value, err := w.login(ctx)
			return aws.Credentials{
				AccessKeyID: "id", SecretAccessKey: value, CanExpire: true, Expires: time.Now().Add(lifetime),
			}, err
		})).Retrieve)
	},
	shared: "no", // aws/credential_cache.go, "CredentialsCache": a cache in memory
}

// awsBearer is the cache of bearer tokens in a client of the SDK for a service that takes them. Its options are those
// that config.LoadDefaultConfig sets (config/resolve_bearer_token.go, "wrapWithBearerAuthTokenCache").
var awsBearer = peer{
	name:   "aws-bearer",
	module: "github.com/aws/smithy-go",
	open: func(_ testing.TB, w *world) library {
		cache := bearer.NewTokenCache(bearer.TokenProviderFunc(func(ctx context.Context) (bearer.Token, error) {
			value, err := w.login(ctx)
			return bearer.Token{Value: value, CanExpire: true, Expires: time.Now().Add(lifetime)}, err
		}), func(o *bearer.TokenCacheOptions) {
			o.RefreshBeforeExpires = 5 * time.Minute
			o.RetrieveBearerTokenTimeout = 30 * time.Second
		})
		sdk := codecatalyst.New(codecatalyst.Options{
			Region:                  "us-west-2",
			BaseEndpoint:            aws.String(api),
			BearerAuthTokenProvider: cache,
			HTTPClient:              w.client(),
		})
		l := tokens(cache.RetrieveBearerToken)
		l.send = func(ctx context.Context) (int, error) {
			_, err := sdk.VerifySession(ctx, nil)
			if failed := (*awshttp.ResponseError)(nil); errors.As(err, &failed) {
				return failed.HTTPStatusCode(), nil
			}
			return 200, err
		}
		return l
	},
	// credentials/ssocreds, "SSOTokenProvider": a token that "aws sso login" has written to ~/.aws/sso/cache is read and
	// renewed there. Other tokens stay in memory.
	shared: "only those of aws sso login",
}
