package pause

import "time"

// hearsayMemory is how long after a pause the next one is longer.
const hearsayMemory = 15 * time.Minute

// Hearsay is the pause between logins for which there is no evidence but a program's word: 1 s, doubling to 5 min. The
// zero value is ready to use.
type Hearsay struct{ pause Pause }

// Reason reports whether the word is a reason for a login, and begins the pause if it is.
func (h *Hearsay) Reason(now time.Time) bool {
	if h.pause.On(now) {
		return false
	}
	if h.Empty(now) {
		h.pause = Pause{First: time.Second, Longest: 5 * time.Minute}
	}
	h.pause.Begin(nil, 0, now)
	return true
}

// Empty reports whether nothing would be lost with it: the next pause is as short as the first.
func (h *Hearsay) Empty(now time.Time) bool { return now.Sub(h.pause.Until) > hearsayMemory }
