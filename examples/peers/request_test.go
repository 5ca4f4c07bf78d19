package peers

import (
	"net/http"
	"testing"
)

// nowhere answers without sending, so that nothing is measured but what is around it.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
}

// floor is net/http without a library: what each request costs in any case.
var floor = peer{
	name: "floor",
	open: func(_ testing.TB, w *world) library { return library{send: through(w.client())} },
}

// BenchmarkRequest is a request with a held token, from its making to the end of its answer.
func BenchmarkRequest(b *testing.B) {
	for _, p := range append([]peer{floor, googleQuiet}, peers...) {
		send := p.open(b, &world{newAuthority(), nowhere{}}).send
		if send == nil {
			continue
		}
		b.Run(p.name, func(b *testing.B) {
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if status, err := send(ctx); err != nil || status != http.StatusOK {
					b.Fatal(status, err)
				}
			}
		})
	}
}
