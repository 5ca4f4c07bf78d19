package apierror

import (
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/client/internal/lazy"
	"github.com/latchkey-go/latchkey/client/internal/reply"
	"github.com/latchkey-go/latchkey/client/internal/scrub"
	"github.com/latchkey-go/latchkey/client/internal/sent"
)

// isJSON reports whether a media type is one of JSON, such as application/problem+json.
func isJSON(media string) bool { return strings.HasSuffix(media, "json") }

// codes are further names of a code: of Stripe and RFC 9457, of Google, and of AWS.
var codes = []string{"error_code", "errorCode", "type", "status", "__type"}

// code returns the service's code if it does not stand under the name "code". A type of RFC 9457 is a URI: its last
// part is the code.
func (a answer) code() string {
	for _, object := range a.objects("error") {
		for _, name := range codes {
			text, _ := object[name].(string)
			text = text[strings.LastIndexAny(text, "/#:")+1:]
			if aCode().MatchString(text) && !noCode().MatchString(text) && !a.traces(text) {
				return text
			}
		}
	}
	return ""
}

// aCode matches a code.
var aCode = lazy.Regexp(`^[A-Za-z][\w.-]{1,39}$`)

// noCode matches what stands under these names and tells nothing, such as about:blank and a section of RFC 9110.
var noCode = lazy.Regexp(`^(?i:error|fail|failed|failure|object|exception|blank|section-.*)$`)

// objects returns the body's object, and those below the names in it.
func (a answer) objects(names ...string) []map[string]any {
	object := a.body.Object()
	if object == nil {
		return nil
	}
	all := []map[string]any{object}
	for _, name := range names {
		if below, ok := object[name].(map[string]any); ok {
			all = append(all, below)
		}
	}
	return all
}

// small returns the body with names that begin with a small letter: ASP.NET's begin with a capital.
func (a answer) small() reply.Body {
	object := a.body.Object()
	if object == nil {
		return reply.Body{}
	}
	small := make(map[string]any, len(object))
	for name, v := range object {
		runes := []rune(name)
		if len(runes) > 0 {
			runes[0] = unicode.ToLower(runes[0])
		}
		small[string(runes)] = v
	}
	return reply.Body{JSON: small, IsJSON: true}
}

const maxID = 80 // longest request ID, in characters

// ids are the names of a request ID in a header and in a body.
var (
	headerIDs = []string{
		"X-Request-Id", "Request-Id", "X-Correlation-Id", "Correlation-Id", "X-Trace-Id", "X-Amzn-Requestid", "X-Amz-Request-Id",
		"X-Ms-Request-Id", "X-Github-Request-Id", "X-Vcap-Request-Id", "Cf-Ray", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context", "Traceparent",
	}
	bodyIDs = []string{"request_id", "requestId", "requestID", "trace_id", "traceId", "traceID", "correlation_id", "correlationId"}
)

// requestID returns the service's name of the request.
func (a answer) requestID() string {
	for _, name := range headerIDs {
		if id := a.id(a.header.Get(name)); id != "" {
			return id
		}
	}
	for _, object := range a.objects("error", "meta") {
		for _, name := range bodyIDs {
			text, _ := object[name].(string)
			if id := a.id(text); id != "" {
				return id
			}
		}
	}
	return ""
}

func (a answer) id(text string) string {
	if a.traces(text) || sent.HoldsToken(text) {
		return ""
	}
	return scrub.Line(text, maxID)
}
