package hostile_test

import "crypto/tls"

// trust is how a server proves who it is.
type trust string

func (trust) server() *tls.Config { return nil }
func (trust) client() *tls.Config { return nil }
