// Package formlogin logs in at any back end that takes user name and password and answers with a token. The document's
// login is a form with the fields username and password, and an answer with access_token and token_type; see
// openapi/formlogin.yaml. Its source is the Authentication Endpoints Documentation of a service without a name. Package
// formloginapi is the generated client.
//
// Many self-hosted back ends differ a little. Fields of [Password] say how:
//
//	back end                            fields of Password
//	FastAPI's strict form               Extra: {"grant_type": "password"}
//	an OAuth2 password grant            Extra: {"grant_type": "password", "client_id": …},
//	                                    ExtraSecrets: {"client_secret": …}, and mostly BasicAuth
//	Django REST framework's own tokens  TokenField: "token", TokenType: "Token"
//	SimpleJWT                           TokenField: "access"
//	NestJS                              JSON, often UsernameField: "email", TokenField: "accessToken"
//	Express with Passport               JSON
//	Laravel                             UsernameField: "email", often TokenField: "token"
//	Laravel Sanctum                     UsernameField: "email", Extra: {"device_name": …}, TokenField: "."
//	ASP.NET Core Identity               JSON, UsernameField: "email", TokenField: "accessToken"
//	Rails with Devise and devise-jwt    JSON, UsernameField: "user.email", PasswordField: "user.password",
//	                                    TokenHeader: "Authorization"
//
// It knows no cookies, refresh tokens or second factors. A [client.Login] of your own can have them: package loginkit
// has an Example.
package formlogin
