package peers

import (
	"context"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// msal is a confidential client. AcquireTokenByCredential looks into the cache by itself (confidential.go), and
// AcquireTokenSilent wants a user's account by now. MSAL sends no API requests: azure does, around it.
var msal = peer{
	name:   "msal",
	module: "github.com/AzureAD/microsoft-authentication-library-for-go",
	open: func(tb testing.TB, w *world) library {
		secret, err := confidential.NewCredFromSecret("password")
		if err != nil {
			tb.Fatal(err)
		}
		app, err := confidential.New("https://login.microsoftonline.com/tenant", "app", secret,
			confidential.WithHTTPClient(w.client()), confidential.WithInstanceDiscovery(false))
		if err != nil {
			tb.Fatal(err)
		}
		scopes := []string{api + "/.default"}
		return tokens(func(ctx context.Context) (confidential.AuthResult, error) {
			return app.AcquireTokenByCredential(ctx, scopes)
		})
	},
	shared: "you write the store", // apps/cache, "ExportReplace": an interface for "multiple local applications"
}
