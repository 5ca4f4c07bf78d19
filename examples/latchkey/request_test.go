package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What "api" sends is a whole request, or a wrong use that is found before anything is sent.
func TestRequestOnTheWire(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		request apiRequest
		want    string // a part of it; "": it is refused
		without string
	}{
		"text":                {apiRequest{path: "/x", data: "a", hasData: true}, "POST /app/x HTTP/1.1", "chunked"},
		"empty text":          {apiRequest{path: "/x", hasData: true}, "\r\nContent-Length: 0\r\n", "chunked"},
		"empty file":          {apiRequest{path: "/x", data: "@" + empty, hasData: true}, "\r\nContent-Length: 0\r\n", "chunked"},
		"file of /proc":       {apiRequest{path: "/x", data: "@/proc/self/comm", hasData: true}, "Transfer-Encoding: chunked\r\n", "\r\n\r\n0"},
		"empty text by PUT":   {apiRequest{method: "PUT", path: "/x", hasData: true}, "\r\nContent-Length: 0\r\n", "chunked"},
		"space in a query":    {apiRequest{path: "/x?a=b c"}, "GET /app/x?a=b%20c HTTP/1.1\r\n", ""},
		"words in a query":    {apiRequest{path: "/ä?ö=%c3&+"}, "GET /app/%C3%A4?%C3%B6=%c3&+ HTTP/1.1\r\n", ""},
		"tab in a header":     {apiRequest{path: "/x", headers: []string{"X: a\tb"}}, "\r\nX: a\tb\r\n", ""},
		"control in a header": {apiRequest{path: "/x", headers: []string{"X: a\x01b"}}, "", ""},
		"escape in a header":  {apiRequest{path: "/x", headers: []string{"X: a\x1b[0m"}}, "", ""},
		"delete in a header":  {apiRequest{path: "/x", headers: []string{"X: a\x7f"}}, "", ""},
		"line in a header":    {apiRequest{path: "/x", headers: []string{"X: a\r\nY: b"}}, "", ""},
		"control in a path":   {apiRequest{path: "/x?\x01"}, "", ""},
	} {
		if name == "file of /proc" && runtime.GOOS != "linux" {
			continue
		}
		req, err := test.request.request(t.Context(), "http://localhost/app")
		if err != nil {
			if test.want != "" || exitCode(err) != exitUsage {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var wire bytes.Buffer
		if err := req.Write(&wire); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		text := wire.String()
		if test.want == "" || !strings.Contains(text, test.want) || test.without != "" && strings.Contains(text, test.without) {
			t.Errorf("%s: sent\n%s", name, text)
		}
	}
}
