// Package sandbox holds one in-memory server per service, faithful to the service's own document: the same
// paths, fields, statuses and bodies, with live tokens. It is for tests and for programs that want to try the
// SDK without an account; it imports nothing of package testing.
//
//	srv := sandbox.NewBezala(sandbox.Config{})
//	defer srv.Close()
//	account := srv.Accounts()[0]
//	// … log in at srv.URL with account.Name and account.Secret
//
// # Two ways in
//
// A Server listens on 127.0.0.1 at [Server.URL]. With [Config.InProcess] it does not, and only
// [Server.Transport] reaches it: no socket, no goroutine, so that it works on the fake clock of
// testing/synctest. Create the Server inside the bubble then.
//
// # The spec decides
//
// Every request is checked against the service's OpenAPI document. One that breaks it (unknown path, method,
// content type, a missing or malformed field, a login without Accept: application/json) is recorded, see
// [Server.Violations], and gets the answer that the service itself would give. A request whose token is missing,
// expired or revoked breaks nothing: it is answered 401. A violation's text names route, field and rule, never
// a value.
//
// # Time
//
// A Server keeps time by the standard library's clock plus [Config.ClockOffset]. Its Date header, its expiry
// times and its tokens' lives are all on that clock. A token is dead from the instant it expires.
//
// All methods of a Server may be called by several goroutines at once.
package sandbox
