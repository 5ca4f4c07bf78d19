package main

import (
	"os"
	"strings"
	"testing"
)

// The documentation has what the table has.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{servicesTable(), exitCodes} {
		var block strings.Builder
		for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
			block.WriteString(strings.TrimRight("//\t"+line, "\t\n") + "\n")
		}
		if !strings.Contains(string(doc), block.String()) {
			t.Errorf("doc.go does not have\n%s", block.String())
		}
	}
}

// The quickstart reads the same variables.
func TestVariablesOfQuickstart(t *testing.T) {
	t.Parallel()
	quickstart, err := os.ReadFile("../quickstart/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for i := range services {
		s := &services[i]
		for _, m := range s.methods {
			for _, f := range append(m.all(s), m.secret) {
				if f.variable != "" && f.name != baseURL && !strings.Contains(string(quickstart), f.variable) {
					t.Errorf("the quickstart does not know %s", f.variable)
				}
			}
		}
	}
	for _, word := range strings.FieldsFunc(string(quickstart), func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') }) {
		if len(withoutVariables([]string{word + "=x"})) > 0 || strings.HasSuffix(word, "_") || word == "FORMLOGIN_RESOURCE" {
			continue // another word, or one for the quickstart's own request
		}
		if !strings.Contains(servicesTable(), word) {
			t.Errorf("the command does not know %s", word)
		}
	}
}

// A wish is what flags and variables say; the saved accounts fill in the rest.
func TestChoose(t *testing.T) {
	t.Parallel()
	bezala, err := find("bezala")
	if err != nil {
		t.Fatal(err)
	}
	const production = "https://app.bezala.com"
	first := account{Service: "bezala", Method: "google", Values: values{baseURL: production, user: "b@x"}, Source: "file:g"}
	second := account{Service: "bezala", Method: "password", Values: values{baseURL: production, user: "a@x"}, Store: inKeyring}
	saved := []account{{Service: "becard", Method: "password"}, first, second}
	with := func(a account, source, store string) account {
		a.Source, a.Store = source, store
		return a
	}
	fresh := account{Service: "bezala", Method: "password", Values: values{baseURL: "http://127.0.0.1:1", user: "c@x"}, Source: "env:BEZALA_PASSWORD"}
	for name, test := range map[string]struct {
		wish wish
		env  map[string]string
		want account
		code int
	}{
		"nothing said: the last login":       {want: first},
		"a user":                             {wish: wish{values: values{user: "a@x"}}, want: second},
		"a user, by variable":                {env: map[string]string{"BEZALA_EMAIL": "a@x"}, want: second},
		"a flag comes before its variable":   {wish: wish{values: values{user: "b@x"}}, env: map[string]string{"BEZALA_EMAIL": "a@x"}, want: first},
		"a method":                           {wish: wish{method: "password"}, want: second},
		"a base URL in another spelling":     {wish: wish{values: values{baseURL: "HTTPS://App.Bezala.com:443/"}}, want: first},
		"a secret's variable names a method": {env: map[string]string{"BEZALA_PASSWORD": "x"}, want: with(second, "env:BEZALA_PASSWORD", inKeyring)},
		"a source and a store":               {wish: wish{source: "stdin", store: inFiles}, want: with(first, "stdin", inFiles)},
		"variables of an account of its own": {env: map[string]string{"BEZALA_BASE_URL": "http://127.0.0.1:1", "BEZALA_EMAIL": "c@x", "BEZALA_PASSWORD": "x"}, want: fresh},
		"a new user needs nothing more":      {wish: wish{values: values{user: "c@x", baseURL: "http://127.0.0.1:1"}}, want: with(fresh, "", "")},
		"a method without its fields":        {wish: wish{method: "okta"}, code: exitUsage},
		"another base URL and no user":       {env: map[string]string{"BEZALA_BASE_URL": "http://127.0.0.1:1"}, code: exitUsage},
		"a field of another method":          {wish: wish{method: "google", values: values{company: "x"}}, code: exitUsage},
		"no such method":                     {wish: wish{method: "saml"}, code: exitUsage},
		"two secrets":                        {env: map[string]string{"BEZALA_PASSWORD": "x", "BEZALA_OKTA_ACCESS_TOKEN": "x"}, code: exitUsage},
		"two secrets and a method":           {wish: wish{method: "password"}, env: map[string]string{"BEZALA_PASSWORD": "x", "BEZALA_OKTA_ACCESS_TOKEN": "x"}, want: with(second, "env:BEZALA_PASSWORD", inKeyring)},
		"a variable of a method not meant":   {env: map[string]string{"BEZALA_COMPANY_NAME": "x"}, want: first},
		"the store, by variable":             {env: map[string]string{storeVariable: inFiles}, want: with(first, "file:g", inFiles)},
	} {
		test.wish.service = bezala
		got, err := test.wish.choose(saved, func(name string) string { return test.env[name] })
		if code := exitCode(err); code != test.code || code == 0 && (!got.same(test.want) || got.Source != test.want.Source || got.Store != test.want.Store) {
			t.Errorf("%s: got %+v, %v; want %+v, code %d", name, got, err, test.want, test.code)
		}
	}
	if _, err := (wish{service: bezala}).choose(nil, func(string) string { return "" }); exitCode(err) != exitLoginRequired {
		t.Errorf("without accounts: %v", err)
	}
}
