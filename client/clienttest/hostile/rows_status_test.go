package hostile_test

import (
	"fmt"
	"net/http"

	"github.com/latchkey-go/latchkey/client/clienttest/internal/services"
)

const page = "<!doctype html>\n<html><head><title>Welcome</title></head><body>No API here.</body></html>"

var html = map[string]string{"Content-Type": "text/html; charset=utf-8"}

// statusRows are all kinds of statuses, in JSON, as a page and without a body.
func statusRows() (all []row) {
	kinds := map[int]*want{
		400: unexpected(400), 401: refused(401), 422: invalid(422), 423: refused(423),
	}
	differ := map[int]map[string]*want{}
	for _, s := range services.All() {
		for status, kind := range s.Kinds {
			if differ[status] == nil {
				differ[status] = map[string]*want{}
			}
			differ[status][s.Name] = &want{status: status, kind: kind}
		}
	}
	for _, status := range []int{
		300, 304, 305, 306, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424,
		425, 426, 428, 431, 451, 499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511, 520, 522, 530, 599, 600, 999,
	} {
		login := kinds[status]
		switch {
		case login != nil:
		case status >= 500:
			login = unavailable(status)
		default:
			login = unexpected(status)
		}
		api := passes(status)
		if status == http.StatusUnauthorized {
			api = api.with(2, 2)
		}
		body := `{"message":"no"}`
		if status == http.StatusNotModified {
			body = ""
		}
		all = append(all, row{
			name: fmt.Sprintf("%d in JSON", status), each: true, login: login, at: differ[status], api: api,
			answer: answers(status, nil, always(body)),
		})
	}
	return all
}
