package sandbox

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/parcelserver"
)

// NewParcel starts a Parcel server. It panics as [NewBecard] does.
//
// Its accounts have the method pin, with Name (client number) and Secret. A token lives 30 minutes, which its login
// announces as expires_in, rounded down to whole seconds. Refused credentials are answered 401.
func NewParcel(cfg Config) *Server { return newServer(&parcelService, cfg) }

var parcelService = service{
	name:     "parcel",
	spec:     specOf("parcel"),
	logins:   []string{"openSession"},
	methods:  []string{"pin"},
	accounts: []Account{{Method: "pin", Name: "10012345", Secret: "240315"}},
	lifetime: 30 * time.Minute,
	refusal:  http.StatusUnauthorized,
	handler: func(s *world) http.Handler {
		options := parcelserver.StrictHTTPServerOptions{
			RequestErrorHandlerFunc:  s.undecodable,
			ResponseErrorHandlerFunc: s.undecodable,
		}
		return parcelserver.Handler(parcelserver.NewStrictHandlerWithOptions(parcel{s}, nil, options))
	},
	malformed: func(*world, *exchange) answer {
		return jsonAnswer(http.StatusBadRequest, parcelserver.Error{Code: "bad_request", Message: "The body is wrong."})
	},
	failure: func(status int) answer {
		text := http.StatusText(status)
		return jsonAnswer(status, parcelserver.Error{Code: strings.ReplaceAll(strings.ToLower(text), " ", "_"), Message: text})
	},
}

type parcel struct{ *world }

func (a answer) VisitOpenSessionResponse(w http.ResponseWriter) error { return a.write(w) }
func (a answer) VisitListParcelsResponse(w http.ResponseWriter) error { return a.write(w) }

func (p parcel) OpenSession(_ context.Context, request parcelserver.OpenSessionRequestObject) (parcelserver.OpenSessionResponseObject, error) {
	account := Account{Method: "pin", Name: request.Body.ClientNumber, Secret: request.Body.Pin}
	if !p.admit(account) {
		return jsonAnswer(p.refusalStatus(), parcelserver.Error{
			Code: "wrong_pin", Message: "The client number or the PIN is wrong.",
		}, "code", "message"), nil
	}
	token := hex.EncodeToString(randomBytes(16))
	p.grant(token, account, p.now().Add(p.lifetime()))
	return jsonAnswer(p.loginStatus(), parcelserver.Session{
		Token: token, ExpiresIn: int(p.lifetime() / time.Second),
	}, "token", "expires_in"), nil
}

func (p parcel) ListParcels(ctx context.Context, _ parcelserver.ListParcelsRequestObject) (parcelserver.ListParcelsResponseObject, error) {
	id := p.identity(exchangeFrom(ctx).caller).String()
	return jsonAnswer(http.StatusOK, []parcelserver.Parcel{{ID: id, Status: "on its way"}}), nil
}
