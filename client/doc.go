// Package client keeps an account logged in. Hand [New] a [Login], from one of the adapters below this package or of
// your own, and get a [Client]. Most programs use its [Client.HTTPClient], which sends the account's token with each
// request:
//
//	c, err := client.New(bezala.Password{Email: "me@corp.example", Password: client.Static(password)})
//	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/accounts")
//
// Clients, Pools and Tokens are safe for concurrent use by multiple goroutines. No goroutine runs while nobody calls,
// so there is nothing to close.
//
// The promises below have numbers. The tests that hold them carry the number in their names: TestP4…, TestT2….
//
// # Promises about tokens
//
//  1. Hit: a call that finds a fresh token takes no lock and allocates no memory. It looks at the monotonic and the wall
//     clock: a token that expired while the machine slept is not handed out.
//  2. One login: any number of callers share one login, also a failing one. Each caller waits at most until its own
//     context is done. The login goes on without callers, at most 30 s, and its token is kept for later ones. Only a
//     pending Secret ends with its last caller, or after 5 min. Secret and Login see the values of the context of the
//     call that began the login. A panic in a user's own code harms nothing else.
//  3. Early refresh: in the last tenth of a token's life, at most the last 5 minutes, callers get the old token at
//     once, and one login runs in the background. The time is longer if logins are slow. If the login fails, the next
//     one comes after 5 s, doubling to 1 min.
//  4. Refused credentials, and a locked account's, are not sent again for 30 s, doubling to 15 min; calls get the same
//     error meanwhile. The first call in such a pause asks the Secret once more. A secret that has changed is tried at
//     once. After any other failure (4b) the pause is 1 s, doubling to 1 min, or what a Retry-After asks for, at
//     most 15 min. [Client.LogIn] does not wait for this one.
//  5. Rate limit: after a 429 no login is sent until the service's time is up, at most 15 min. If it names none, logins
//     wait as its document says, or 5 s, doubling to 40 s. Held tokens keep serving. A caller waits if its context and
//     the [RetryPolicy] allow it. Otherwise it gets a [RateLimitError] at once. With [WithLoginLimit] logins wait in
//     line, so that the service has no reason for a 429.
//  6. Expiry is what the service says, measured on the service's clock: from the answer's Date or, if it is later, from
//     the time when a JWT was issued. A token whose expiry is unknown is kept until
//     it is rejected, or for [WithMaxAge].
//  7. Invalidate and Logout: a dropped token does not come back, not even out of a [TokenStore].
//  8. Rejected tokens: a 401 is a reason for a new login if the token is most likely dead, and not the route closed to
//     the account. Routes that answer 401 to every token cause at most 10 logins in 5 min and 30 in an hour, and keep
//     no other route from a new token. A login that helped costs nothing of this, but of such there is one a minute in
//     the long run. The old token serves until there is another. [Client.Replace] does the same for a program that
//     carries the token itself, with a pause between logins: 1 s, doubling to 5 min.
//  9. Store: with a [TokenStore] that is a [Locker], processes share one login, its token, and the reason if there is
//     none. A failure without an answer counts for others once a second client met it. The call that began a login
//     returns when the store is told, after at most 2 s, and while its token is good. A store that is slow, down or
//     damaged is reported to the [Observer] and fails no call. Nor does an Observer that blocks or panics.
//  10. Bound to the credential: a stored record can be neither found, read nor changed without the secret. A [Pool]
//     hands a Client only to callers who have the account's secret. [WithUnboundRecords] gives this up.
//
// # Promises about requests
//
//   - T1 Origin: the token goes only to the service's own scheme, host and port, and those of [WithOrigins], over https
//     or to this machine. A request that has an Authorization header keeps its own. One that names another host, in any
//     way, gets no token.
//   - T2 Redirects: no redirect carries the token or a body to another origin, or anything from https to http. A login
//     follows none.
//   - T3 Replay: a request that is answered 401, or in another way of which the Login says that it rejects the token
//     ([Rejecter]), is sent once more with a new token, if its body can be sent again. Otherwise the answer comes back
//     at once. The caller's request is never changed.
//   - T4 Retry: only a 429 is repeated, as the [RetryPolicy] says. With SharedWait, requests to a route that was
//     answered 429 wait for it together. A wait makes none of them fail.
//   - T5 Streaming: bodies are never buffered. A login's response is read up to 1 MiB and 10,000 values of JSON.
//   - T6 Redaction: passwords and tokens are in no error, log line or URL of this package. A redirect that repeats the
//     token comes back without its Location. A [Token] prints redacted, however it is printed.
//   - T7 Accept: an authorised request that has no Accept header asks for JSON, or else for application,
//     text or image. The
//     User-Agent of a request that has none is latchkey/ and the version, or devel.
//   - T8 Connections: a login has a connection of its own, if [WithTransport] allows it. In any case a login's body is
//     sent at most twice. The default transport notices within 30 s that the network of a connection is gone.
//
// # Seeing inside
//
// An [Observer] is told of each login, of calls that wait for another's or are kept off, of 429s, of requests that are
// sent again, and of trouble with a Secret or a TokenStore. Package slogobserver writes that to a log, and package
// otelobserver to OpenTelemetry. [Client.Status] and [Pool.Status] tell the state at one moment.
//
// # Errors
//
// A failed login is a [*LoginError]. Its kind is the same for the same cause at every service: [ErrInvalidCredentials],
// [ErrInvalidInput], [ErrUnavailable] or [ErrUnexpectedResponse]. A rate limit is a [*RateLimitError], with the wait.
package client
