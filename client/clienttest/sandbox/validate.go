package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/latchkey-go/latchkey/openapi"
)

// spec is a service's OpenAPI document. Its list of servers is ignored, since a sandbox has another host.
type spec struct{ doc *openapi3.T }

// specOf returns a function that reads a service's document at its first call.
func specOf(service string) func() *spec {
	return sync.OnceValue(func() *spec {
		doc, err := openapi3.NewLoader().LoadFromData(openapi.Spec(service))
		if err != nil {
			panic("sandbox: openapi/" + service + ".yaml: " + err.Error())
		}
		return &spec{doc}
	})
}

// route finds the operation of a path, which must match exactly: the paths of these documents have no parameters.
// allowed has the path's methods if the path is known and has no such method.
func (s *spec) route(method, path string) (route *routers.Route, allowed []string) {
	item := s.doc.Paths.Value(path)
	if item == nil {
		return nil, nil
	}
	operations := item.Operations()
	if op := operations[method]; op != nil {
		return &routers.Route{Spec: s.doc, Path: path, PathItem: item, Method: method, Operation: op}, nil
	}
	return nil, slices.Sorted(maps.Keys(operations))
}

// protected reports whether an operation needs a token.
func (s *spec) protected(op *openapi3.Operation) bool {
	if op.Security != nil {
		return len(*op.Security) > 0
	}
	return len(s.doc.Security) > 0
}

// quota returns the documented limit of an operation, the zero RateLimit if it has none.
func (s *spec) quota(op *openapi3.Operation) RateLimit {
	limit, _ := op.Extensions["x-rate-limit"].(map[string]any)
	requests, _ := limit["requests"].(float64)
	seconds, _ := limit["seconds"].(float64)
	return RateLimit{Requests: int(requests), Window: time.Duration(seconds) * time.Second}
}

// faults checks r against its route and returns what is wrong. It asks authorized about each credential of r that the
// spec wants. A missing or refused credential is no fault.
func faults(r *http.Request, route *routers.Route, authorized func(scheme *openapi3.SecurityScheme, credential string) bool) []string {
	err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r,
		Route:   route,
		Options: &openapi3filter.Options{
			MultiError:          true,
			SkipSettingDefaults: true,
			AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
				if token, ok := credential(r, in.SecurityScheme); !ok || !authorized(in.SecurityScheme, token) {
					return errors.New("no live token")
				}
				return nil
			},
		},
	})
	return reasons(err)
}

// credential returns the token that r carries under a scheme.
func credential(r *http.Request, scheme *openapi3.SecurityScheme) (token string, ok bool) {
	if scheme.Type == "apiKey" && scheme.In == "header" {
		values := r.Header.Values(scheme.Name)
		return strings.Join(values, ""), len(values) == 1
	}
	if scheme.Type == "apiKey" {
		values := r.URL.Query()[scheme.Name]
		return strings.Join(values, ""), len(values) == 1
	}
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	return strings.CutPrefix(values[0], "Bearer ")
}

// reasons puts errors of kin-openapi into words of our own, by their structured fields only: their texts hold the wrong
// values, which may be credentials.
func reasons(err error) []string {
	switch e := err.(type) { //nolint:errorlint // the whole tree is walked, wrapper by wrapper
	case *openapi3filter.SecurityRequirementsError:
		return nil
	case *openapi3filter.RequestError:
		where := "body"
		if e.Parameter != nil {
			where = e.Parameter.In + " " + e.Parameter.Name
		}
		if below := reasons(e.Err); len(below) > 0 {
			for i := range below {
				below[i] = where + below[i]
			}
			return below
		}
		switch {
		case errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
			return []string{where + " is missing"}
		case e.Err == nil && e.RequestBody != nil:
			return []string{"header Content-Type must be " + contentTypes(e.RequestBody.Content)}
		default:
			return []string{where + " cannot be decoded"}
		}
	case *openapi3.SchemaError:
		if below := reasons(e.Origin); len(below) > 0 {
			return below
		}
		return []string{" " + pointer(e) + ": " + rule(e)}
	case interface{ Unwrap() error }:
		return reasons(e.Unwrap())
	case openapi3.MultiError:
		var all []string
		for _, one := range e {
			all = append(all, reasons(one)...)
		}
		return all
	}
	return nil
}

// pointer returns the name of the field. Its parts are property names of the spec: only declared fields can be wrong.
func pointer(e *openapi3.SchemaError) string {
	parts := e.JSONPointer()
	if e.SchemaField == "discriminator" {
		parts = append(parts, e.Schema.Discriminator.PropertyName)
	}
	return "/" + strings.Join(parts, "/")
}

// rule returns the spec's rule that the field broke.
func rule(e *openapi3.SchemaError) string {
	switch e.SchemaField {
	case "minLength":
		return fmt.Sprint("minLength ", e.Schema.MinLength)
	case "maxLength":
		if e.Schema.MaxLength != nil {
			return fmt.Sprint("maxLength ", *e.Schema.MaxLength)
		}
	case "type", "nullable":
		if e.Schema.Type != nil {
			return "type " + strings.Join(e.Schema.Type.Slice(), " or ")
		}
	case "pattern":
		return "pattern " + e.Schema.Pattern
	}
	return e.SchemaField
}

func contentTypes(content openapi3.Content) string {
	return strings.Join(slices.Sorted(maps.Keys(content)), " or ")
}

const jsonType = "application/json"

// accepted returns the types that a request asks for, in its order.
func accepted(r *http.Request) []string {
	var types []string
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		if media, _, err := mime.ParseMediaType(entry); err == nil {
			types = append(types, media)
		}
	}
	return types
}
