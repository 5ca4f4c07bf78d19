package prism_test

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/openapi"
)

// operations returns the operations of a spec by their routes, such as "GET /api/accounts".
func operations(t *testing.T, spec string) map[string]*openapi3.Operation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Spec(spec))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			all[method+" "+path] = operation
		}
	}
	return all
}

// errorsOf returns the statuses of the errors that a spec documents for an operation.
func errorsOf(t *testing.T, spec, route string) (statuses []int) {
	t.Helper()
	operation := operations(t, spec)[route]
	if operation == nil {
		t.Fatalf("the spec of %s has no %s", spec, route)
	}
	for name := range operation.Responses.Map() {
		if status, err := strconv.Atoi(name); err == nil && status >= 400 {
			statuses = append(statuses, status)
		}
	}
	slices.Sort(statuses)
	return statuses
}

// judge fails if a login's error is not what the status means.
func (s service) judge(t *testing.T, login string, status int, kind, err error) {
	t.Helper()
	var failed *client.LoginError
	var limited *client.RateLimitError
	isLimited := status == http.StatusTooManyRequests
	switch {
	case kind == nil && !isLimited:
		t.Errorf("%s, %d: the spec documents it, and services_test.go has no kind for it", login, status)
	case !errors.As(err, &failed) || failed.Status != status || failed.Service != s.name,
		errors.As(err, &limited) != isLimited, kind != nil && !errors.Is(err, kind):
		t.Errorf("%s, %d: %v; want %v, or a rate limit if it is 429", login, status, err, kind)
	}
}
