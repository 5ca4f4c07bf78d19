package client

// Observer is told what happens inside a [Client]. Its functions are optional, and must be safe for concurrent use by
// multiple goroutines.
type Observer struct {
	// StoreTrouble is told why a TokenStore was not used: it was slow or down, it panicked, or a record is damaged.
	// The error's text starts with the service's name and holds no secret.
	StoreTrouble func(error)
}
