package main

import (
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bearer"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// service is a row of the table that flags, help, completion, and documentation come from.
type service struct {
	name     string
	about    string
	prefix   string // beginning of its environment variables
	baseURL  string // default base URL; "": the user must name one
	resource string // path of something that needs the token
	methods  []method
}

// method is one way to log in. The first one of a service is the default.
type method struct {
	name   string
	fields []field // beside the base URL
	secret field
	login  func(v values, secret client.Secret) client.Login
}

// field is what a login needs to know. Its name is that of its flag, and its key among values.
type field struct {
	name     string
	holder   string // what stands for its value in help
	variable string // environment variable; "": none
	about    string
	preset   string // value if none is given
	optional bool
	only     []string // all values that it can have; nil: any
}

// values are the values of fields, by their names. They hold no secret.
type values map[string]string

const (
	user    = "user"
	baseURL = "base-url"
	company = "company-name"
	oktaURL = "okta-url"
	path    = "path"

	bodyFormat    = "format"
	usernameField = "username-field"
	passwordField = "password-field"
	tokenField    = "token-field"
)

// fieldNames are the names of all fields.
var fieldNames = []string{user, baseURL, company, oktaURL, path, bodyFormat, usernameField, passwordField, tokenField}

var services = []service{
	{
		name: "becard", about: "digital business cards", prefix: "BECARD_", resource: "/v1/cards",
		methods: []method{
			{
				name: "password", fields: []field{email("BECARD_EMAIL")}, secret: password("BECARD_PASSWORD"),
				login: func(v values, secret client.Secret) client.Login {
					return becard.Password{BaseURL: v[baseURL], Email: v[user], Password: secret}
				},
			},
			heldToken(becard.Service),
		},
	},
	{
		name: "bezala", about: "travel expenses", prefix: "BEZALA_", baseURL: bezala.Production, resource: "/api/accounts",
		methods: []method{
			{
				name: "password", fields: []field{email("BEZALA_EMAIL")}, secret: password("BEZALA_PASSWORD"),
				login: func(v values, secret client.Secret) client.Login {
					return bezala.Password{BaseURL: v[baseURL], Email: v[user], Password: secret}
				},
			},
			{
				name: "google", fields: []field{email("BEZALA_EMAIL")},
				secret: field{variable: "BEZALA_GOOGLE_ACCESS_TOKEN", about: "access token of Google"},
				login: func(v values, secret client.Secret) client.Login {
					return bezala.Google{BaseURL: v[baseURL], Email: v[user], AccessToken: secret}
				},
			},
			{
				name: "microsoft", fields: []field{email("BEZALA_EMAIL")},
				secret: field{variable: "BEZALA_MICROSOFT_ACCESS_TOKEN", about: "access token of Microsoft"},
				login: func(v values, secret client.Secret) client.Login {
					return bezala.Microsoft{BaseURL: v[baseURL], Email: v[user], AccessToken: secret}
				},
			},
			{
				name: "okta",
				fields: []field{
					email("BEZALA_EMAIL"),
					{name: company, holder: "NAME", variable: "BEZALA_COMPANY_NAME", about: "the company's name at Bezala"},
					{name: oktaURL, holder: "URL", variable: "BEZALA_OKTA_URL", about: "URL of the company's Okta"},
				},
				secret: field{variable: "BEZALA_OKTA_ACCESS_TOKEN", about: "access token of Okta"},
				login: func(v values, secret client.Secret) client.Login {
					return bezala.Okta{
						BaseURL: v[baseURL], Email: v[user], CompanyName: v[company], OktaURL: v[oktaURL], AccessToken: secret,
					}
				},
			},
			heldToken(bezala.Service),
		},
	},
	{
		name: "bleepay", about: "payments", prefix: "BLEEPAY_", baseURL: bleepay.Production, resource: "/api/v1/vouchers/",
		methods: []method{
			{
				name: "email-password", fields: []field{email("BLEEPAY_EMAIL")}, secret: password("BLEEPAY_PASSWORD"),
				login: func(v values, secret client.Secret) client.Login {
					return bleepay.EmailPassword{BaseURL: v[baseURL], Email: v[user], Password: secret}
				},
			},
			{
				name: "mobile-device",
				fields: []field{
					{name: user, holder: "ID", variable: "BLEEPAY_INSTALLATION_ID", about: "the device's installation ID"},
				},
				secret: field{variable: "BLEEPAY_DEVICE_PASSWORD", about: "password of the device"},
				login: func(v values, secret client.Secret) client.Login {
					return bleepay.MobileDevice{BaseURL: v[baseURL], InstallationID: v[user], Password: secret}
				},
			},
			{
				name: "resource", fields: []field{ownName()},
				secret: field{variable: "BLEEPAY_RESOURCE_CODE", about: "code of a payment context"},
				login: func(v values, secret client.Secret) client.Login {
					return bleepay.Resource{BaseURL: v[baseURL], Name: v[user], Code: secret}
				},
			},
			{
				name: "api-key", fields: []field{ownName()},
				secret: field{variable: "BLEEPAY_API_KEY", about: "a payee's API key"},
				login: func(v values, secret client.Secret) client.Login {
					return bleepay.APIKey{BaseURL: v[baseURL], Name: v[user], Key: secret}
				},
			},
			heldToken(bleepay.Service),
		},
	},
	{
		name: "formlogin", about: "any back end with a username/password form", prefix: "FORMLOGIN_", resource: "/users/me",
		methods: []method{
			{
				name: "password",
				fields: []field{
					{name: user, holder: "NAME", variable: "FORMLOGIN_USERNAME", about: "user name"},
					{
						name: path, holder: "PATH", variable: "FORMLOGIN_PATH", optional: true,
						about: "path of the login, /auth/login if not set",
					},
					{name: bodyFormat, holder: "NAME", optional: true, only: []string{"form", "json"}, about: "form or json, form if not set"},
					{name: usernameField, holder: "NAME", optional: true, about: "field with the user name, username if not set"},
					{name: passwordField, holder: "NAME", optional: true, about: "field with the password, password if not set"},
					{
						name: tokenField, holder: "NAME", optional: true,
						about: "place of the token in the answer's JSON, such as data.token, access_token if not set",
					},
				},
				secret: password("FORMLOGIN_PASSWORD"),
				login: func(v values, secret client.Secret) client.Login {
					return formlogin.Password{
						BaseURL: v[baseURL], Path: v[path], Username: v[user], Password: secret, JSON: v[bodyFormat] == "json",
						UsernameField: v[usernameField], PasswordField: v[passwordField], TokenField: v[tokenField],
					}
				},
			},
			heldToken(formlogin.Service),
		},
	},
}

func email(variable string) field {
	return field{name: user, holder: "EMAIL", variable: variable, about: "email of the account"}
}

func password(variable string) field { return field{variable: variable, about: "password"} }

func ownName() field {
	return field{name: user, holder: "NAME", about: "your own name for the secret, which is never sent", preset: "default"}
}

// heldToken is the method for a token that the user holds already. It has no variable: exec sets one for its command,
// which may be this command again.
func heldToken(service string) method {
	return method{
		name: "token", fields: []field{ownName()}, secret: field{about: "a token that you hold already"},
		login: func(v values, secret client.Secret) client.Login {
			return bearer.Token{Service: service, BaseURL: v[baseURL], Name: v[user], Token: secret}
		},
	}
}

// base returns the field of a service's base URL.
func (s *service) base() field {
	return field{name: baseURL, holder: "URL", variable: s.prefix + "BASE_URL", about: "base URL", preset: s.baseURL}
}

// all returns the fields of a method, that of the base URL first.
func (m *method) all(s *service) []field { return append([]field{s.base()}, m.fields...) }

// find returns the service of a name.
func find(name string) (*service, error) {
	i := slices.IndexFunc(services, func(s service) bool { return s.name == name })
	if i < 0 {
		return nil, usagef("there is no service %q, only %s", name, strings.Join(serviceNames(), ", "))
	}
	return &services[i], nil
}

// method returns the method of a name.
func (s *service) method(name string) (*method, error) {
	i := slices.IndexFunc(s.methods, func(m method) bool { return m.name == name })
	if i < 0 {
		return nil, usagef("%s has no method %q, only %s", s.name, name, strings.Join(s.methodNames(), ", "))
	}
	return &s.methods[i], nil
}

func serviceNames() []string {
	var names []string
	for _, s := range services {
		names = append(names, s.name)
	}
	return names
}

func (s *service) methodNames() []string {
	var names []string
	for _, m := range s.methods {
		names = append(names, m.name)
	}
	return names
}

// tokenVariable and baseURLVariable are what exec and --output env set.
func (s *service) tokenVariable() string { return s.prefix + "TOKEN" }

func (s *service) baseURLVariable() string { return s.prefix + "BASE_URL" }
