package services_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
	"github.com/latchkey-go/latchkey/openapi"
)

// Every spec has a row in the list.
func TestEverySpecIsInTheList(t *testing.T) {
	var names []string
	for _, s := range services.All() {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	if want := openapi.Services(); !slices.Equal(names, want) {
		t.Errorf("the list has %q, package openapi has the specs %q: add what is missing", names, want)
	}
}

func TestServicesAreAsTheListSays(t *testing.T) {
	for _, s := range services.All() {
		login := s.Login("https://service.example", client.Static("a secret"))
		account, err := login.Account()
		if err != nil || account.Service != s.Name {
			t.Errorf("%s: the account is %s, %v", s.Name, account, err)
		}
		if typ := fmt.Sprintf("%T", login); !strings.HasPrefix(typ, s.Name+".") {
			t.Errorf("%s: the login is a %s", s.Name, typ)
		}
		if answer := s.Answer(`"token"`, `,"more":1`); !json.Valid([]byte(answer)) {
			t.Errorf("%s: the answer is %s", s.Name, answer)
		}
	}
}
