package pause

import (
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
)

// Latch is the pause of one secret, which is not sent meanwhile. To find out whether it has changed, the Secret is
// asked once per pause; a changed one is tried at once.
type Latch struct {
	Pause

	Secret digest.Digest // the secret; zero: any
	Asked  bool          // the Secret was asked in this pause
}

// Hold begins the pause of a secret.
func (l *Latch) Hold(secret digest.Digest, err error, least time.Duration, now time.Time) {
	// If another secret fails too, the Secret was asked in this pause.
	l.Asked = l.On(now)
	l.Begin(err, least, now)
	l.Secret = secret
}

// Adopt takes over the pause of the same secret that another client began.
func (l *Latch) Adopt(secret digest.Digest, err error, left, length time.Duration, now time.Time) error {
	if l.Secret != secret {
		l.Reset()
	}
	l.Secret = secret
	return l.Pause.Adopt(err, left, length, now)
}

// Holds reports whether the secret must not be sent now.
func (l *Latch) Holds(secret digest.Digest, now time.Time) bool { return l.On(now) && l.IsOf(secret) }

// IsOf reports whether the pause counts for a secret.
func (l *Latch) IsOf(secret digest.Digest) bool {
	return l.Secret == secret || l.Secret == digest.Digest{}
}

// Shut reports whether a call gets the pause's error without another look at the secret.
func (l *Latch) Shut(now time.Time) bool { return l.On(now) && l.Asked }

// Reset ends the pause, and the next one is as short as the first.
func (l *Latch) Reset() {
	l.Pause.Reset()
	l.Secret, l.Asked = digest.Digest{}, false
}
