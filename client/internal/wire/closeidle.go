package wire

import "net/http"

// CloseIdle closes the idle connections of a RoundTripper that has some, as [http.Client.CloseIdleConnections] does.
func CloseIdle(rt http.RoundTripper) {
	if closer, ok := rt.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// CloseIdleConnections reaches the base. go-retryablehttp, which calls it after each failed request, never sees a Guard.
func (g Guard) CloseIdleConnections() { CloseIdle(g.Base) }

// CloseIdleConnections reaches the base.
func (r *Retry) CloseIdleConnections() { CloseIdle(r.Base) }

// CloseIdleConnections reaches the base.
func (n Named) CloseIdleConnections() { CloseIdle(n.Base) }
