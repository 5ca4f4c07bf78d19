package keyringstore

// These names are exported for tests.
var (
	Ask        = ask[string]
	ValueLimit = valueLimit
)
