package client

// Observer is told what happens inside a [Client]. Its functions are optional, and must be safe for concurrent use by
// multiple goroutines. They should return soon: the login waits for each call of them, at most 1 s. While one is
// blocked for longer, nothing more is told. A panic in them is ignored.
type Observer struct {
	// StoreTrouble is told why a TokenStore was not used: it was slow or down, it panicked, or a record is damaged.
	// The error's text starts with the service's name and holds no secret.
	StoreTrouble func(error)
}
