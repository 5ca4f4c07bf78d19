package pause

import "testing"

func TestMemoryKeepsTheLast(t *testing.T) {
	var m Memory[int, string]
	for i := range maxMemories {
		m.Keep(i, "first")
	}
	m.Keep(0, "again")
	m.Keep(maxMemories, "one more")
	for key, want := range map[int]string{0: "again", 1: "", 2: "first", maxMemories: "one more"} {
		if got, ok := m.Recall(key); got != want || ok != (want != "") {
			t.Errorf("%d: %q, %t; want %q", key, got, ok, want)
		}
	}
	m.Forget(2)
	m.Forget(-1)
	if _, ok := m.Recall(2); ok || len(m.known) != maxMemories-1 || m.order.Len() != maxMemories-1 {
		t.Error("it is not forgotten, or another is")
	}
}
