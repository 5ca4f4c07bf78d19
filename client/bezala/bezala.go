// Package bezala logs in at Bezala, the travel expenses, in its four ways: with a password, or with an access token
// of Google, Microsoft or Okta.
//
// Bezala's tokens are opaque and live long, with no fixed schedule: their expiry is unknown, and they serve until
// Bezala answers 401, which happens when the user changes the password or leaves the company.
//
// Source: Bezala's API documentation, resource Authentication; see openapi/bezala.yaml. The generated client is in
// bezalaapi.
package bezala

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bezala/bezalaapi"
	"github.com/latchkey-go/latchkey/client/loginkit"
)

const (
	// Service is the name that Bezala goes by in accounts and errors.
	Service = "bezala"

	// Production is the base URL that is used where none is set.
	Production = bezalaapi.ServerURLProduction
)

const (
	userID        = "user_id"
	receiptsEmail = "receipts_email"
)

var email = loginkit.Field{Name: "email"}

// account checks what all four ways have in common.
func account(baseURL, method, name string) (client.Account, error) {
	if err := email.Check(Service, name); err != nil {
		return client.Account{}, err
	}
	return client.Account{Service: Service, BaseURL: cmp.Or(baseURL, Production), Method: method, Name: name}.Canonical()
}

// request is one of the four operations, with its body.
type request func(*bezalaapi.Client) (*http.Response, error)

// logIn sends a request and reads the answer, which is the same for all four.
func logIn(hc *http.Client, account client.Account, field loginkit.Field, secret string, send request) (client.Token, error) {
	if err := field.Check(Service, secret); err != nil {
		return client.Token{}, err
	}
	api, err := bezalaapi.NewClient(account.BaseURL, bezalaapi.WithHTTPClient(hc), bezalaapi.WithRequestEditorFn(loginkit.AcceptJSON))
	if err != nil {
		return client.Token{}, err
	}
	answer, err := loginkit.Attempt{Service: Service, Method: account.Method, Secret: secret}.Read(send(api))
	if err != nil {
		return client.Token{}, err
	}
	if !answer.OK() {
		return client.Token{}, failure(answer)
	}
	var body bezalaapi.AuthToken
	if err := answer.Decode(&body); err != nil {
		return client.Token{}, err
	}
	extra := map[string]string{}
	if body.UserID != 0 {
		extra[userID] = strconv.FormatInt(body.UserID, 10)
	}
	if body.ReceiptsEmail != "" {
		extra[receiptsEmail] = body.ReceiptsEmail
	}
	return answer.Token(client.TokenResponse{Value: body.Token, Extra: extra})
}

// failure tells the documented refusal from everything else. The older edition of the document has 403, the
// current one 401, with the same body.
func failure(answer *loginkit.Answer) error {
	_, documented := answer.Object()["error"].(string)
	if documented && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden) {
		return answer.Failure(client.ErrInvalidCredentials)
	}
	return answer.Unrecognized()
}

// UserID returns the number of the user: user_id of the answer. ok is false if it was not there, as for
// a token that is not Bezala's.
func UserID(token client.Token) (id int64, ok bool) {
	text, ok := token.Extra(userID)
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil
}

// ReceiptsEmail returns the user's own address for forwarding receipts to: receipts_email of the answer. ok is
// false if it was not there, as for a token that is not Bezala's.
func ReceiptsEmail(token client.Token) (address string, ok bool) { return token.Extra(receiptsEmail) }
