// Package backends tries package client at real frameworks, which nobody here wrote. Their apps are in .ci/backends. A
// live test starts each; see there. Their answers are recorded in testdata, and TestReplay goes through them everywhere.
package backends_test

import (
	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/becard"
	"github.com/latchkey-go/latchkey/client/bezala"
	"github.com/latchkey-go/latchkey/client/bleepay"
	"github.com/latchkey-go/latchkey/client/formlogin"
)

// The account of each app.
const (
	username    = "me@example.com"
	password    = "correct horse battery"
	wrong       = "wrong horse battery"
	wrongSecret = "tell: everybody"
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
	unlimited bool   // logins are not limited, or another login of the app tries the limit
	onlyWrong bool   // only wrong logins are limited
	silent    bool   // its limits name no wait that we read
	words     string // of the service, about a wrong password; "": it has none
	files     bool   // images and PDFs are served
	down      bool   // every answer is a 503 with a Retry-After

	// Logs in with a wrong client secret. nil: there is no client secret.
	wrongClient func(baseURL, password string) client.Login
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
			p := asForm("/stock/login")(baseURL, password)
			p.JSON, p.UsernameField = true, "email"
			return p
		},
		words: "These credentials do not match our records.", onlyWrong: true,
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
			p := asForm("/login")(baseURL, password)
			p.JSON, p.TokenField = true, "token"
			return p
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
		name: "nestjs-login", app: "nestjs", loginPath: "/api/v1/auth/login", items: "/api/v1/items",
		login: func(baseURL, password string) client.Login {
			p := asForm("/api/v1/auth/login")(baseURL, password)
			p.JSON, p.UsernameField, p.TokenField = true, "email", "data.accessToken"
			return p
		},
		words: "Unauthorized",
	},
	{
		name: "fastapi", login: login(asForm("/auth/login")), loginPath: "/auth/login", items: "/api/items",
		words: "Incorrect username or password", unlimited: true,
	},
	{
		name: "fastapi-strict", app: "fastapi", loginPath: "/strict/login", items: "/api/items",
		login: func(baseURL, password string) client.Login {
			p := asForm("/strict/login")(baseURL, password)
			p.Extra = map[string]string{"grant_type": "password"}
			return p
		},
		words: "Incorrect username or password", unlimited: true,
	},
	{
		name: "django-jwt", app: "django", loginPath: "/api/token/", items: "/api/items", limited: "/api/limited",
		login: func(baseURL, password string) client.Login {
			p := asForm("/api/token/")(baseURL, password)
			p.JSON, p.TokenField = true, "access"
			return p
		},
		words: "No active account found with the given credentials",
	},
	{
		name: "django-token", app: "django", loginPath: "/api-token-auth/", items: "/api/token/items",
		login: func(baseURL, password string) client.Login {
			p := asForm("/api-token-auth/")(baseURL, password)
			p.TokenField, p.TokenType = "token", "Token"
			return p
		},
		words: "Unable to log in with provided credentials.",
	},
	{
		name: "flask", silent: true, login: login(asForm("/login")), loginPath: "/login", items: "/api/items", limited: "/api/limited",
		words: "Invalid username or password",
	},
	{
		name: "flask-with-headers", app: "flask", env: []string{"HEADERS=1"}, login: login(asForm("/login")),
		loginPath: "/login", items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
	{
		name: "oauth2server", loginPath: "/o/token/", items: "/api/items", limited: "/api/limited",
		login: asOAuth2("/o/token/", "tell nobody"), wrongClient: asOAuth2("/o/token/", wrongSecret),
		words: "Invalid credentials given.",
	},
	{
		name: "oauth2server-basic", app: "oauth2server", loginPath: "/o/token/", items: "/api/items",
		login: asOAuth2Basic("/o/token/", "tell nobody"), wrongClient: asOAuth2Basic("/o/token/", wrongSecret),
		words: "Invalid credentials given.", unlimited: true,
	},
	{
		name: "oauth2-express", loginPath: "/oauth/token", items: "/api/items", limited: "/api/limited",
		login: asOAuth2("/oauth/token", "s3cret"), wrongClient: asOAuth2("/oauth/token", wrongSecret),
		words: "Invalid grant: user credentials are invalid",
	},
	{
		name: "oauth2-express-basic", app: "oauth2-express", loginPath: "/oauth/token", items: "/api/items",
		login: asOAuth2Basic("/oauth/token", "s3cret"), wrongClient: asOAuth2Basic("/oauth/token", wrongSecret),
		words: "Invalid grant: user credentials are invalid", unlimited: true,
	},
	{
		name: "express-passport", app: "express", loginPath: "/login", items: "/api/items", limited: "/api/limited",
		login: func(baseURL, password string) client.Login {
			p := asForm("/login")(baseURL, password)
			p.JSON = true
			return p
		},
		words: "Unauthorized",
	},
	{
		name: "express", login: login(asForm("/plain/login")), env: []string{"HEADERS=draft-7"}, loginPath: "/plain/login",
		items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
	{
		name: "express-draft-8", app: "express", login: login(asForm("/plain/login")), env: []string{"HEADERS=draft-8"},
		loginPath: "/plain/login", items: "/api/items", limited: "/api/limited", words: "Invalid username or password",
	},
	{
		name: "nginx", silent: true, tls: true, login: login(asForm("/plain/login")), loginPath: "/plain/login",
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

func asForm(path string) func(baseURL, password string) formlogin.Password {
	return func(baseURL, password string) formlogin.Password {
		return formlogin.Password{BaseURL: baseURL, Path: path, Username: username, Password: client.Static(password)}
	}
}

func login(form func(baseURL, password string) formlogin.Password) func(baseURL, password string) client.Login {
	return func(baseURL, password string) client.Login { return form(baseURL, password) }
}

// oauth2 is the password grant of a client that has a secret.
func oauth2(baseURL, path, password, clientSecret string) formlogin.Password {
	p := asForm(path)(baseURL, password)
	p.Extra = map[string]string{"grant_type": "password", "client_id": "confidential"}
	p.ExtraSecrets = map[string]client.Secret{"client_secret": client.Static(clientSecret)}
	return p
}

func asOAuth2(path, clientSecret string) func(baseURL, password string) client.Login {
	return func(baseURL, password string) client.Login { return oauth2(baseURL, path, password, clientSecret) }
}

func asOAuth2Basic(path, clientSecret string) func(baseURL, password string) client.Login {
	return func(baseURL, password string) client.Login {
		p := oauth2(baseURL, path, password, clientSecret)
		p.BasicAuth = true
		return p
	}
}
