// Package bezala logs in at Bezala, the service for travel expenses, in its four ways: with a password, or with an
// access token of Google, Microsoft or Okta.
//
// Bezala's tokens are opaque, live long, and have no fixed end. Their expiry is unknown: they serve until Bezala
// answers 401. It does so when the user changes the password or leaves the company.
//
// The source is the resource Authentication of Bezala's API documentation; see openapi/bezala.yaml. Package bezalaapi
// is the generated client.
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
	// Service is the name of Bezala in accounts and errors.
	Service = "bezala"

	// Production is the base URL that is used if none is set.
	Production = bezalaapi.ServerURLProduction
)

const (
	userID        = "user_id"
	receiptsEmail = "receipts_email"
)

var email = loginkit.Field{Name: "email"}

// account returns the Account of one of the four ways, and checks what they have in common.
func account(baseURL, method, name string) (client.Account, error) {
	if err := email.Check(Service, name); err != nil {
		return client.Account{}, err
	}
	return client.Account{Service: Service, BaseURL: cmp.Or(baseURL, Production), Method: method, Name: name}.Canonical()
}

// request sends one of the four operations, with its body.
type request func(*bezalaapi.Client) (*http.Response, error)

// logIn sends a request and reads the answer, which has the same shape in all four ways.
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
	extra := map[string]string{}
	if id, err := answer.Number(userID).Int64(); err == nil && id != 0 {
		extra[userID] = strconv.FormatInt(id, 10)
	}
	if address := answer.Text(receiptsEmail); address != "" {
		extra[receiptsEmail] = address
	}
	return answer.Token(client.TokenResponse{Value: answer.Text("token"), Extra: extra})
}

// failure returns the error of an answer that is no success. The document's older edition refuses with status 403, and
// the current one with 401 and the same body.
func failure(answer *loginkit.Answer) error {
	if answer.Status == http.StatusForbidden && answer.Text("error") != "" {
		return answer.Failure(client.ErrInvalidCredentials)
	}
	return answer.Unrecognized()
}

// UserID returns the number of the user: user_id of the answer. ok is false if the answer had none, or if another
// service's login made the token.
func UserID(token client.Token) (id int64, ok bool) {
	text, ok := token.Extra(userID)
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil
}

// ReceiptsEmail returns the user's own address to forward receipts to: receipts_email of the answer. ok is false if the
// answer had none, or if another service's login made the token.
func ReceiptsEmail(token client.Token) (address string, ok bool) { return token.Extra(receiptsEmail) }
