// Latchkey keeps accounts of becard, Bezala, bleepay and of back ends with a login form logged in, for the shell and for
// programs in any language.
//
//	go install ./examples/latchkey/...
//	latchkey sandbox -- latchkey token bezala
//
//	latchkey login   bezala -u me@corp.example       # asks for the password, without echo
//	latchkey token   bezala                          # the token
//	latchkey header  bezala                          # Authorization: Bearer …
//	latchkey api     bezala /api/accounts            # a request with the token; -X, -d, -H
//	latchkey exec    bezala -- ./sync.py             # BEZALA_TOKEN and BEZALA_BASE_URL in its environment
//	latchkey proxy   bezala                          # forwards requests to the service, always logged in
//	latchkey reject  bezala < token                  # drops a token, if it is still the current one
//	latchkey status                                  # who, where the token lies, until when, what keeps logins off
//	latchkey list
//	latchkey logout  bezala
//	latchkey sandbox                                 # the four services on this machine, for tests
//
// Each has --help with examples. What it can do, package client can do.
//
// # Secrets
//
// A secret comes from where --secret says: prompt, stdin, env:NAME, file:PATH or "command:…".
// Without --secret it comes from its variable if that is set, from where it came at the last login, or else from a
// prompt. It is never an argument. It is not kept, unless it is the token: that is so with the methods api-key and token.
//
// The token lies in the user's keyring. It lies in files of mode 0600 if --store files or LATCHKEY_STORE=files says so,
// or if there is no keyring at all. A keyring that is locked or out of order is an error: no file takes its place.
// LATCHKEY_HOME names a directory for all that the command keeps, in place of the user's own directories.
//
// Commands that need a login at the same time share one, and one prompt. After a refusal no login is sent for 30 s,
// doubling to 15 min, except by "latchkey login" and for a secret that is typed.
//
// # Services
//
//	becard: digital business cards
//	  --base-url, BECARD_BASE_URL: base URL, required
//	  --method password, the default
//	    --user, BECARD_EMAIL: email of the account
//	    --secret, BECARD_PASSWORD: password
//	  --method token
//	    --user: your own name for the secret, which is never sent
//	    --secret: a token that you hold already
//
//	bezala: travel expenses
//	  --base-url, BEZALA_BASE_URL: base URL, https://app.bezala.com
//	  --method password, the default
//	    --user, BEZALA_EMAIL: email of the account
//	    --secret, BEZALA_PASSWORD: password
//	  --method google
//	    --user, BEZALA_EMAIL: email of the account
//	    --secret, BEZALA_GOOGLE_ACCESS_TOKEN: access token of Google
//	  --method microsoft
//	    --user, BEZALA_EMAIL: email of the account
//	    --secret, BEZALA_MICROSOFT_ACCESS_TOKEN: access token of Microsoft
//	  --method okta
//	    --user, BEZALA_EMAIL: email of the account
//	    --company-name, BEZALA_COMPANY_NAME: the company's name at Bezala
//	    --okta-url, BEZALA_OKTA_URL: URL of the company's Okta
//	    --secret, BEZALA_OKTA_ACCESS_TOKEN: access token of Okta
//	  --method token
//	    --user: your own name for the secret, which is never sent
//	    --secret: a token that you hold already
//
//	bleepay: payments
//	  --base-url, BLEEPAY_BASE_URL: base URL, https://payments.bleepay.com
//	  --method email-password, the default
//	    --user, BLEEPAY_EMAIL: email of the account
//	    --secret, BLEEPAY_PASSWORD: password
//	  --method mobile-device
//	    --user, BLEEPAY_INSTALLATION_ID: the device's installation ID
//	    --secret, BLEEPAY_DEVICE_PASSWORD: password of the device
//	  --method resource
//	    --user: your own name for the secret, which is never sent
//	    --secret, BLEEPAY_RESOURCE_CODE: code of a payment context
//	  --method api-key
//	    --user: your own name for the secret, which is never sent
//	    --secret, BLEEPAY_API_KEY: a payee's API key
//	  --method token
//	    --user: your own name for the secret, which is never sent
//	    --secret: a token that you hold already
//
//	formlogin: any back end with a username/password form
//	  --base-url, FORMLOGIN_BASE_URL: base URL, required
//	  --method password, the default
//	    --user, FORMLOGIN_USERNAME: user name
//	    --path, FORMLOGIN_PATH: path of the login, /auth/login if not set
//	    --format: form or json, form if not set
//	    --username-field: field with the user name, username if not set
//	    --password-field: field with the password, password if not set
//	    --token-field: place of the token in the answer's JSON, such as data.token, access_token if not set
//	    --secret, FORMLOGIN_PASSWORD: password
//	  --method token
//	    --user: your own name for the secret, which is never sent
//	    --secret: a token that you hold already
//
// # Exit codes
//
//	0    done
//	1    another error
//	2    wrong use: a command, flag or field
//	3    refused: the secret, or a request of "api" (401, 403)
//	4    login required: no token, no secret, and no terminal to ask at
//	5    unavailable: the service, or the keyring, which may be locked
//	6    rate limited; the error tells the wait
//	130  interrupted
package main
