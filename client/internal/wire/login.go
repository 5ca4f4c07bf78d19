package wire

import "net/http"

// ForLogins returns the RoundTripper of logins.
func (g Guard) ForLogins() http.RoundTripper { return Named{g} }
