package keyringstore

// What the tests see of the inside.
var (
	Ask        = ask[string]
	ValueLimit = valueLimit
)
