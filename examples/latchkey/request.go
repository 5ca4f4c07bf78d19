package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// apiRequest is a request of the user's.
type apiRequest struct {
	method, path, data string
	hasData            bool
	headers            []string
}

// request returns the request, whose body can be sent again unless it comes from standard input.
func (r apiRequest) request(ctx context.Context, base string) (*http.Request, error) {
	if !strings.HasPrefix(r.path, "/") {
		return nil, usagef("the path must begin with a slash, as in /api/accounts: the base URL goes before it")
	}
	method := cmp.Or(r.method, http.MethodGet)
	if r.hasData {
		method = cmp.Or(r.method, http.MethodPost)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+r.path, http.NoBody)
	if err != nil {
		return nil, usagef("method or path: %w", err)
	}
	req.URL.RawQuery = escaped(req.URL.RawQuery)
	if err := setHeaders(req, r.headers); err != nil {
		return nil, err
	}
	if !r.hasData {
		return req, nil
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, r.setBody(req)
}

// escaped returns a query whose spaces and letters beyond ASCII are escaped, as those of the path are.
func escaped(query string) string {
	var text strings.Builder
	for _, b := range []byte(query) {
		if b <= ' ' || b >= 0x7f {
			fmt.Fprintf(&text, "%%%02X", b)
			continue
		}
		text.WriteByte(b)
	}
	return text.String()
}

// setBody gives the request its body. One from a regular file or the command line can be sent again.
func (r apiRequest) setBody(req *http.Request) error {
	name, isFile := strings.CutPrefix(r.data, "@")
	if r.data == "" {
		return nil // it has http.NoBody: another empty body would have an unknown length
	}
	if !isFile {
		req.ContentLength = int64(len(r.data))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(r.data)), nil }
		req.Body, _ = req.GetBody() // it cannot fail
		return nil
	}
	req.ContentLength = -1
	if name == "-" {
		req.Body = io.NopCloser(until(req.Context(), os.Stdin))
		return nil
	}
	file, err := os.Open(name) //nolint:gosec // the user names it
	if err != nil {
		return usagef("--data: %w", err)
	}
	info, err := file.Stat()
	isRegular := err == nil && info.Mode().IsRegular()
	switch {
	case isRegular && info.Size() > 0:
		req.Body, req.ContentLength = file, info.Size()
		req.GetBody = func() (io.ReadCloser, error) { return os.Open(name) } //nolint:gosec // as above
		return nil
	case isRegular && isEmpty(file):
		req.ContentLength = 0
		return file.Close()
	}
	req.Body = io.NopCloser(until(req.Context(), file))
	return nil
}

// isEmpty reports whether nothing can be read from a file. Those of /proc have no size, and may have text.
func isEmpty(file *os.File) bool {
	n, err := file.ReadAt(make([]byte, 1), 0)
	return n == 0 && errors.Is(err, io.EOF)
}

// setHeaders sets the headers of the user's choice.
func setHeaders(req *http.Request, headers []string) error {
	for _, header := range headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok || !isToken(name) || strings.ContainsFunc(value, isControl) {
			return usagef("--header takes a name, a colon and a value, such as 'Accept: text/csv'")
		}
		req.Header.Add(name, strings.TrimSpace(value))
	}
	return nil
}

// isControl reports whether a header's value cannot have a character.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// isToken reports whether a text can be the name of a header.
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
