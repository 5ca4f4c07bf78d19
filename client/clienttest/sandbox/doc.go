// Package sandbox has one server per service, in memory, for tests and for a first try without an account. A server
// does what the service's own document says: it has the same paths, fields, statuses and bodies, and its tokens live
// and die. Package sandbox does not import package testing.
//
//	srv := sandbox.NewBezala(sandbox.Config{})
//	defer srv.Close()
//	account := srv.Accounts()[0]
//	c, err := client.New(bezala.Password{
//		BaseURL: srv.URL, Email: account.Name, Password: client.Static(account.Secret),
//	})
//
// # Two ways in
//
// A [Server] listens on 127.0.0.1 at [Server.URL]. With [Config.InProcess] it has no listener, and only
// [Server.Transport] reaches it. That uses no socket and no goroutine, so it works on the fake clock of package
// [testing/synctest]. Make the Server inside the bubble then.
//
// # The spec decides
//
// Every request is checked against the service's OpenAPI document. A request breaks the document by an unknown path,
// method or content type, by a missing or malformed field, or if it is a login without Accept: application/json. Such a
// request is recorded, see [Server.Violations], and gets the answer that the service itself would give. A request whose
// token is missing, expired or revoked breaks nothing: it is answered 401. becard's and Bezala's servers redirect it to a
// login page instead if it does not ask for JSON as Laravel and Rails want it asked for.
//
// # Routes of your own
//
// A document here has one resource that needs a token. [Server.Handle] adds others, behind the same token check, for the
// rest of a service's API. [Server.Valid] tells whether a token is alive, for a server of your own beside this one, such
// as one that speaks gRPC.
//
// # Time
//
// The clock of a Server is package [time]'s plus [Config.ClockOffset]. Its Date header, its expiry times and its
// tokens' lives are all on that clock. A token is dead from the instant when it expires.
//
// A Server is safe for concurrent use by multiple goroutines.
package sandbox
