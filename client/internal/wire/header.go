package wire

import "net/http"

// asksForJSON is the Accept header of a request that has none. Laravel answers 401 in JSON only to those who want JSON
// first. A list with */* would be a browser's for Rails, which answers with pages then.
var asksForJSON = []string{"application/json, application/*;q=0.5, text/*;q=0.5, image/*;q=0.5"}

// AskForJSON adds an Accept header to those of a request, if there is none.
func AskForJSON(header http.Header) {
	if !HasHeader(header, "Accept", "accept") {
		header["Accept"] = asksForJSON
	}
}

// HasHeader reports whether there is a header, in a spelling or another: net/http sends names as they are spelt.
func HasHeader(header http.Header, name, other string) bool {
	_, ok := header[name]
	_, too := header[other]
	return ok || too
}
