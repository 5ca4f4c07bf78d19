// Package backends tries package client at real frameworks, which nobody here wrote. Their apps are in .ci/backends. A
// live test starts each; see there. Their answers are recorded in testdata, and TestReplay goes through them everywhere.
package backends_test

import (
	"net/url"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// The account of each app.
const (
	username = "me@example.com"
	password = "correct horse battery"
	wrong    = "wrong horse battery"
)

// backend is one app, or a way to log in there.
type backend struct {
	name      string   // of its records and tests
	app       string   // folder in .ci/backends; "": name
	env       []string // for the app
	tls       bool
	login     func(baseURL, password string) client.Login
	loginPath string
	items     string // path of what needs a token
	limited   string // path that is limited to 5 requests in 6 s; "": none
	unlimited bool   // logins are not limited
	onlyWrong bool   // only wrong logins are limited
	silent    bool   // its limits name no wait that we read
	words     string // of the service, about a wrong password; "": it has none
	files     bool   // images and PDFs are served
	down      bool   // every answer is a 503 with a Retry-After
}

var backends = []backend{
	{
		name: "laravel", login: asBecard, loginPath: "/v1/auth/login", items: "/v1/items", limited: "/v1/limited",
		words: "Access data do not match!", files: true,
	},
	{
		name: "laravel-without-login-page", app: "laravel", env: []string{"LOGIN_PAGE=0"}, login: asBecard,
		loginPath: "/v1/auth/login", items: "/v1/items", limited: "/v1/limited", words: "Access data do not match!",
	},
	{
		name: "laravel-stock", app: "laravel", loginPath: "/stock/login", items: "/v1/items",
		login: func(baseURL, password string) client.Login {
			return own{baseURL: baseURL, path: "/stock/login", password: password, nameField: "email"}
		},
		words: "These credentials do not match our records.", onlyWrong: true, silent: true,
	},
	{
		name: "laravel-maintenance", app: "laravel", env: []string{"MAINTENANCE=1"}, login: asBecard,
		loginPath: "/v1/auth/login", down: true,
	},
	{
		name: "rails", silent: true, login: asBezala, loginPath: "/api/auth/token", items: "/api/items", limited: "/api/limited",
		words: "Invalid email or password.", files: true,
	},
	{
		name: "rails-401", silent: true, app: "rails", env: []string{"WRONG_LOGIN=401"}, login: asBezala,
		loginPath: "/api/auth/token", items: "/api/items", words: "Invalid email or password.",
	},
	{
		name: "grape", silent: true, loginPath: "/login", items: "/api/items", limited: "/api/limited",
		login: func(baseURL, password string) client.Login {
			return own{baseURL: baseURL, path: "/login", password: password, tokenField: "token"}
		},
		words: "Invalid username or password",
	},
	{
		name: "nestjs", login: asBleepay, loginPath: "/api/v1/auth/sign-in", items: "/api/v1/items",
		limited: "/api/v1/limited", words: "Unauthorized",
	},
	{
		name: "nestjs-codes", app: "nestjs", env: []string{"CODES=1"}, login: asBleepay,
		loginPath: "/api/v1/auth/sign-in", items: "/api/v1/items", words: "The provided credentials are invalid",
	},
	{
		name: "fastapi", login: asForm("/auth/login"), loginPath: "/auth/login", items: "/api/items",
		words: "Incorrect username or password", unlimited: true,
	},
	{
		name: "fastapi-strict", app: "fastapi", loginPath: "/strict/login", items: "/api/items",
		login: func(baseURL, password string) client.Login {
			return own{
				baseURL: baseURL, path: "/strict/login", password: password, form: url.Values{"grant_type": {"password"}},
			}
		},
		words: "Incorrect username or password", unlimited: true,
	},
	{
		name: "django-jwt", app: "django", loginPath: "/api/token/", items: "/api/items", limited: "/api/limited",
		login: func(baseURL, password string) client.Login {
			return own{baseURL: baseURL, path: "/api/token/", password: password, tokenField: "access"}
		},
		words: "No active account found with the given credentials",
	},
	{
		name: "django-token", app: "django", loginPath: "/api-token-auth/", items: "/api/token/items",
		login: func(baseURL, password string) client.Login {
			return own{
				baseURL: baseURL, path: "/api-token-auth/", password: password, tokenField: "token", tokenType: "Token",
			}
		},
		words: "Unable to log in with provided credentials.",
	},
	{
		name: "flask", silent: true, login: asForm("/login"), loginPath: "/login", items: "/api/items", limited: "/api/limited",
		words: "Invalid username or password",
	},
	{
		name: "flask-with-headers", app: "flask", env: []string{"HEADERS=1"}, login: asForm("/login"),
		loginPath: "/login", items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
	{
		name: "oauth2server", loginPath: "/o/token/", items: "/api/items", limited: "/api/limited",
		login: asOAuth2("/o/token/"), words: "Invalid credentials given.",
	},
	{
		name: "oauth2-express", loginPath: "/oauth/token", items: "/api/items", limited: "/api/limited",
		login: asOAuth2("/oauth/token"), words: "Invalid grant: user credentials are invalid",
	},
	{
		name: "express-passport", app: "express", login: asForm("/login"), loginPath: "/login", items: "/api/items",
		limited: "/api/limited", words: "Unauthorized",
	},
	{
		name: "express", login: asForm("/plain/login"), env: []string{"HEADERS=draft-7"}, loginPath: "/plain/login",
		items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
	{
		name: "express-draft-8", app: "express", login: asForm("/plain/login"), env: []string{"HEADERS=draft-8"},
		loginPath: "/plain/login", items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
	{
		name: "nginx", silent: true, tls: true, login: asForm("/plain/login"), loginPath: "/plain/login",
		items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
}

func asBecard(baseURL, password string) client.Login {
	return becard.Password{BaseURL: baseURL, Email: username, Password: client.Static(password)}
}

func asBezala(baseURL, password string) client.Login {
	return bezala.Password{BaseURL: baseURL, Email: username, Password: client.Static(password)}
}

func asBleepay(baseURL, password string) client.Login {
	return bleepay.EmailPassword{BaseURL: baseURL, Email: username, Password: client.Static(password)}
}

func asForm(path string) func(baseURL, password string) client.Login {
	return func(baseURL, password string) client.Login {
		return formlogin.Password{BaseURL: baseURL, Path: path, Username: username, Password: client.Static(password)}
	}
}

func asOAuth2(path string) func(baseURL, password string) client.Login {
	return func(baseURL, password string) client.Login {
		return own{
			baseURL: baseURL, path: path, password: password,
			form: url.Values{"grant_type": {"password"}, "client_id": {"public"}},
		}
	}
}
