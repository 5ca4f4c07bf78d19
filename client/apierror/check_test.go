package apierror_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/apierror"
)

// Each answer gives the same error at each client: by Check and Want of a result, by Doer, and by Check of a response.
func TestErrorsOfEachClient(t *testing.T) {
	cases := 0
	for _, row := range rows {
		row.want.Status = row.status
		h := row.header.Clone()
		if h == nil {
			h = http.Header{}
		}
		if row.typed != "" {
			h.Set("Content-Type", row.typed)
		}
		service := canned{row.status, h, row.body}
		check := func(name, way string, err error) {
			got, ok := errors.AsType[*apierror.Error](err)
			if !ok || *got != row.want {
				t.Errorf("%s, %s, %s: %+v; want %+v", row.name, name, way, err, row.want)
				return
			}
			checkText(t, row.name, got)
		}
		for name, call := range clients {
			cases++
			result, err := call(service)
			switch {
			case err == nil:
				check(name, "Check", apierror.Check(result.response, result.body))
				check(name, "Want", result.want())
			case !undecodable(err): // it is documented JSON, and broken
				t.Errorf("%s, %s: %v", row.name, name, err)
			}
			_, err = call(apierror.Doer{Client: service})
			check(name, "Doer", err)
		}
		resp, err := get(t, service)
		if err != nil {
			t.Fatal(err)
		}
		check("a response", "Check", apierror.Check(resp, nil))
	}
	if cases < 60 || len(rows) < 60 {
		t.Errorf("%d cases of %d answers", cases, len(rows))
	}
	t.Logf("%d answers, %d cases", len(rows), cases)
}

// undecodable reports whether an error is that of a generated client about JSON, whose text is package json's.
func undecodable(err error) bool {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, typed := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || typed
}

// checkText checks that a text is one short printable line.
func checkText(t *testing.T, name string, err *apierror.Error) {
	t.Helper()
	text := err.Error()
	if len([]rune(text)) > 500 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) || strings.TrimSpace(err.Message) == "" {
		t.Errorf("%s: no short printable line: %q", name, text)
	}
}

// A success is none, and Want gives the value, or an error in place of a nil pointer.
func TestSuccesses(t *testing.T) {
	const list, object = `[]`, `{}`
	for _, tt := range []struct {
		name, client string
		status       int
		typed, body  string
		want         string // "": the value
	}{
		{"200", "bezala", 200, jsonType, list, ""},
		{"200", "becard", 200, jsonType, object, ""},
		{"200", "formlogin", 200, jsonType, object, ""},
		{"201", "ledger", 201, jsonType, `{"id":"e1"}`, ""},
		{"204", "bezala", 204, "", "", "HTTP 204: the answer is empty, which was not expected"},
		{"200 without a body", "bezala", 200, "", "", "HTTP 200: the answer is empty, which was not expected"},
		{"200 as a page", "bleepay", 200, htmlType, page, "HTTP 200: the answer is a page, which was not expected"},
		{"200 as text", "becard", 200, textType, list, "HTTP 200: the answer is of type text/plain, which was not expected"},
		{"200 without a type", "formlogin", 200, "", object, "HTTP 200: the answer is without a type, which was not expected"},
		{"202 in place of 200", "bezala", 202, jsonType, list, "HTTP 202: the answer is of type application/json, which was not expected"},
		{"200 in place of 201", "ledger", 200, jsonType, object, "HTTP 200: the answer is of type application/json, which was not expected"},
		{"202 with broken JSON", "bezala", 202, jsonType, `[{`, "HTTP 202: the answer is broken JSON, which was not expected"},
		{"202, huge", "bezala", 202, jsonType, strings.Repeat(" ", 2<<20), "HTTP 202: the answer is longer than 1 MiB, which was not expected"},
		{"202 with many values", "bezala", 202, jsonType, "[" + strings.Repeat("1,", 20_000) + "1]", "HTTP 202: the answer is JSON with very many values, which was not expected"},
		{"202 of an odd type", "bezala", 202, strings.Repeat("x", 500) + "/y", list, "HTTP 202: the answer is of type [redacted]/y, which was not expected"},
	} {
		service := canned{tt.status, http.Header{"Content-Type": {tt.typed}}, tt.body}
		for way, d := range map[string]doer{"plain": service, "Doer": apierror.Doer{Client: service}} {
			r, err := clients[tt.client](d)
			if err != nil {
				t.Errorf("%s, %s: %v", tt.name, way, err)
				continue
			}
			if err := apierror.Check(r.response, r.body); err != nil {
				t.Errorf("%s, %s: Check gives %v", tt.name, way, err)
			}
			switch err := r.want(); {
			case tt.want == "" && err == nil:
			case tt.want == "" || err == nil || err.Error() != tt.want:
				t.Errorf("%s, %s: Want gives %v; want %q", tt.name, way, err, tt.want)
			case !errors.Is(err, client.ErrUnexpectedResponse):
				t.Errorf("%s, %s: %v is no ErrUnexpectedResponse", tt.name, way, err)
			}
		}
	}
}

// Nothing at all is an error, too.
func TestNothing(t *testing.T) {
	for name, err := range map[string]error{
		"Check":                   apierror.Check(nil, nil),
		"Check with a body":       apierror.Check(nil, []byte("x")),
		"an empty response":       apierror.Check(&http.Response{}, nil),
		"a response without body": apierror.Check(&http.Response{StatusCode: 500}, nil),
		"Want":                    second(apierror.Want[int](nil, nil, nil)),
		"Want of a response":      second(apierror.Want[int](nil, &http.Response{StatusCode: 200}, nil)),
		"Doer":                    second(apierror.Doer{Client: silent{}}.Do(nil)),
		"a zero request":          apierror.Check(&http.Response{StatusCode: 500, Request: &http.Request{}}, nil),
	} {
		if e, ok := errors.AsType[*apierror.Error](err); !ok || e.Message == "" || e.Error() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := (&apierror.Error{}).Error(); got != "" {
		t.Errorf("the zero Error says %q", got)
	}
	if v, err := apierror.Want(new(int), nil, nil); v == nil || err != nil {
		t.Errorf("Want of a value gives %v, %v", v, err)
	}
}

// A field for each status, such as JSONDefault, is there in a failure, too.
func TestWantTakesNoValueOfAFailure(t *testing.T) {
	for status, want := range map[int]string{200: "", 201: "", 302: "HTTP 302: no", 404: "HTTP 404: no", 500: "HTTP 500: no"} {
		v, err := apierror.Want(new(int), &http.Response{StatusCode: status}, []byte(`{"message":"no"}`))
		if got := fmt.Sprint(err); (v == nil) != (want != "") || want != "" && got != want || want == "" && err != nil {
			t.Errorf("%d: %v, %v; want %q", status, v, err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// silent is a Doer that has nothing to say.
type silent struct{}

func (silent) Do(*http.Request) (*http.Response, error) { return nil, nil } //nolint:nilnil // that is the test

// An error of the connection stays as it is.
func TestDoerLeavesErrors(t *testing.T) {
	broken := errors.New("the connection broke")
	if resp, err := get(t, apierror.Doer{Client: failing{broken}}); err != broken || resp != nil { //nolint:errorlint // the same one
		t.Errorf("%v, %v", resp, err)
	}
}

type failing struct{ err error }

func (f failing) Do(*http.Request) (*http.Response, error) { return nil, f.err }

// Doer closes the body of an answer that is an error, and no other.
func TestDoerClosesWhatItReads(t *testing.T) {
	for _, status := range []int{200, 204, 302, 404, 500} {
		body := &noted{Reader: strings.NewReader(strings.Repeat("x", 3<<20))}
		resp, err := get(t, apierror.Doer{Client: answering{status, body}})
		if failed := status >= 300; (err != nil) != failed || body.closed != failed || (resp == nil) != failed {
			t.Errorf("%d: %v, %v, closed: %t", status, resp, err, body.closed)
		}
		if body.read > 1<<20+1 {
			t.Errorf("%d: %d bytes were read", status, body.read)
		}
	}
}

type answering struct {
	status int
	body   io.ReadCloser
}

func (a answering) Do(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Body: a.body, Request: req}, nil
}

type noted struct {
	io.Reader
	read   int
	closed bool
}

func (n *noted) Read(p []byte) (int, error) {
	count, err := n.Reader.Read(p)
	n.read += count
	return count, err
}

func (n *noted) Close() error {
	n.closed = true
	return nil
}

// The text has what is known, in the order in which a reader needs it.
func TestText(t *testing.T) {
	for want, e := range map[string]apierror.Error{
		"HTTP 404: Not Found": {Status: 404, Message: "Not Found"},
		"HTTP 422: odd_cents: cents: must be even (request ID r-1)": {Status: 422, Code: "odd_cents", Field: "cents", Message: "must be even", RequestID: "r-1"},
		"HTTP 429: slow down (try again in 2 s) (request ID r-1)":   {Status: 429, Message: "slow down", RetryAfter: 1001e6, RequestID: "r-1"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
