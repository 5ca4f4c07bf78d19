// Package peers compares package client with other libraries that hold a token: golang.org/x/oauth2, Google's, AWS's,
// Microsoft's and OpenAI's. It is a module of its own, so that nobody else gets their dependencies. From the root of
// the repository:
//
//	go -C examples/peers test -v                                                # the table of yes and no
//	go -C examples/peers test -run '^$' -bench . -count 6 -cpu 1,2 -timeout 30m # the figures
//
// # What is compared
//
// TestPeers asks each library the same questions: how many logins a thousand callers make, who waits for whom, what
// follows a 401, a 429 and a 503, and what fmt prints. It fails if package client does not answer as it promises. The
// others' answers are reported as they are. Whether processes share a token is not measured: it is what a library's
// documentation says, and each library's file names the place.
//
// BenchmarkHeld and BenchmarkHeldParallel are a call that finds a token. BenchmarkRequest is a GET with a held token,
// from its making to the end of its answer, over a RoundTripper that does nothing. Its floor is net/http without a
// library. BenchmarkCold is the thousand callers; logins/op counts.
//
// The libraries are:
//   - latchkey, this module;
//   - oauth2, its ReuseTokenSource and Transport;
//   - google, CachedTokenProvider and httptransport of cloud.google.com/go/auth;
//   - aws, the SDK's CredentialsCache. Its keys sign requests, so only the cache is compared;
//   - aws-bearer, smithy-go's TokenCache, and the SDK's client of a service that takes bearer tokens;
//   - msal, a confidential client. It sends no requests to an API;
//   - azure, azidentity, which is made of MSAL, and azcore around it;
//   - openai, its client with a workload identity. With an API key it has nothing to hold.
//
// Each is set up as its documentation says, with defaults. The versions are those of go.mod.
//
// # How to read it
//
// The figures depend on the machine and on what else runs there. Compare them within one run: the ratio counts. With
// -count, the runs of one library follow each other. If the machine has other work, repeat the whole command instead,
// so that each library has its share of that.
//
// A request of aws-bearer, azure or openai does more than to carry a token. These are whole SDKs, which choose an
// endpoint, repeat what failed, and read the answer. google has OpenTelemetry switched on, as by default; in
// BenchmarkRequest/google-no-otel it is off. BenchmarkHeld/azure is the credential; its requests find the token in the
// pipeline's own cache, which is faster.
//
// # What is not compared
//
// What the others are made for: the flows of OAuth2 and OpenID Connect, the metadata services of clouds, signatures,
// certificates, gRPC. Package client has none of it. Nor does anything here use a network: a login is a function or a
// RoundTripper, and so is the service. Google's generated clients repeat calls by another module, gax, which is not
// here.
package peers
