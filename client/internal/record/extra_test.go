package record_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client/internal/record"
)

// A token is the same when it comes out of a record: what JSON would change is changed before, and what is longer than
// 4 KiB is left out.
func TestExtraThatIsKept(t *testing.T) {
	most := strings.Repeat("a", 4096)
	for _, tt := range []struct{ name, value, wantName, want string }{
		{"refresh", "r", "refresh", "r"},
		{"largest", most, "largest", most},
		{"bad\xff", "b\xff", "bad\ufffd", "b\ufffd"},
	} {
		got := record.Extra(map[string]string{tt.name: tt.value, "larger": most + "a"})
		if want := map[string]string{tt.wantName: tt.want}; !maps.Equal(got, want) {
			t.Errorf("%q: %d values, %.40q; want %.40q", tt.name, len(got), got, want)
		}
	}
	if got := record.Extra(map[string]string{}); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}
