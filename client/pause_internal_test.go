package client

import "testing"

// Otherwise whoever sees a digest could try secrets.
func TestDigestsHaveARandomKey(t *testing.T) {
	for _, b := range digestKey() {
		if b != 0 {
			return
		}
	}
	t.Error("the key is zero")
}
