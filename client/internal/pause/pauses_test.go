package pause_test

import (
	"errors"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/digest"
	"github.com/latchkey-go/latchkey/client/internal/pause"
)

var (
	secret     = digest.Of("secret")
	errFailing = errors.New("failing")
	errMute    = errors.New("mute")
)

// These begin the pauses, each for its first length.
var begins = map[string]func(*pause.Pauses){
	"refused":    func(p *pause.Pauses) { p.Refused.Hold(secret, errRefused, 0, start) },
	"failing":    func(p *pause.Pauses) { p.Failing.Hold(secret, errFailing, 0, start) },
	"mute":       func(p *pause.Pauses) { p.Mute.Begin(errMute, 0, start) },
	"cooling":    func(p *pause.Pauses) { p.Cooling.Begin(nil, 0, start) },
	"gate":       func(p *pause.Pauses) { p.Gate.Close(time.Minute, true, nil, start) },
	"429s":       func(p *pause.Pauses) { p.Gate.InARow = 1 },
	"no pause":   func(*pause.Pauses) {},
	"a question": func(p *pause.Pauses) { p.Asks(start) },
}

// What another login is told by the pauses of the account, and what is left when one has succeeded.
func TestP4PausesOfAnAccount(t *testing.T) {
	for name, tt := range map[string]struct {
		first   time.Duration // its length; 0: there is none
		loud    bool          // it keeps callers from a login
		nothing bool          // nothing would be lost with it
	}{
		"refused":    {30 * time.Second, true, false},
		"failing":    {time.Second, true, false},
		"mute":       {time.Second, true, false},
		"cooling":    {5 * time.Second, false, false},
		"gate":       {time.Minute, false, false},
		"429s":       {0, false, false},
		"no pause":   {0, false, true},
		"a question": {0, false, true},
	} {
		p := pause.New()
		begins[name](&p)
		if got := p.Empty(); got != tt.nothing {
			t.Errorf("%s: nothing would be lost: %t", name, got)
		}
		if got := p.Next(start); !got.Equal(after(tt.first)) {
			t.Errorf("%s: the next login is after %s; want %s", name, got.Sub(start), tt.first)
		}
		if got := p.Next(after(time.Hour)); !got.Equal(after(time.Hour)) {
			t.Errorf("%s: a login that is due later is at %s", name, got)
		}
		if p.Quiet(start) != !tt.loud || !p.Quiet(after(tt.first)) {
			t.Errorf("%s: it keeps callers off: %t, and at its end %t", name, !p.Quiet(start), !p.Quiet(after(tt.first)))
		}
		p.Succeeded()
		if !p.Empty() || !p.Quiet(start) || !p.Next(start).Equal(start) {
			t.Errorf("%s: it is there after a login", name)
		}
	}
}

// In a pause the Secret is asked once, and then calls get the error at once. A login that is due in any case passes all
// pauses but the one after a refusal.
func TestP4CallsInAPause(t *testing.T) {
	for name, tt := range map[string]struct {
		unasked, asked, due error // what Shut says
		holds, holdsDue     error
	}{
		"refused":  {nil, errRefused, errRefused, errRefused, errRefused},
		"failing":  {nil, errFailing, nil, errFailing, nil},
		"mute":     {errMute, errMute, nil, nil, nil},
		"cooling":  {},
		"gate":     {},
		"no pause": {},
	} {
		p := pause.New()
		begins[name](&p)
		if got := p.Shut(false, start); !errors.Is(got, tt.unasked) {
			t.Errorf("%s: %v before the Secret is asked; want %v", name, got, tt.unasked)
		}
		for _, due := range []bool{true, false} {
			want := map[bool]error{true: tt.holdsDue, false: tt.holds}[due]
			if got := p.Holds(secret, due, start); !errors.Is(got, want) {
				t.Errorf("%s: the same secret, due %t: %v; want %v", name, due, got, want)
			}
			if got := p.Holds(digest.Of("changed"), due, start); got != nil {
				t.Errorf("%s: a changed secret, due %t: %v", name, due, got)
			}
		}
		p.Asks(start)
		if got := p.Shut(false, start); !errors.Is(got, tt.asked) {
			t.Errorf("%s: %v after the Secret was asked; want %v", name, got, tt.asked)
		}
		if got := p.Shut(true, start); !errors.Is(got, tt.due) {
			t.Errorf("%s: %v if the login is due; want %v", name, got, tt.due)
		}
		if got := p.Shut(false, after(time.Hour)); got != nil {
			t.Errorf("%s: %v when it is over", name, got)
		}
	}
}

// Another secret that fails otherwise was not refused: whoever changes it again is asked again.
func TestP4FailingSecretWasNotRefused(t *testing.T) {
	p := pause.New()
	p.Refused.Hold(digest.Of("old"), errRefused, 0, start)
	p.Failing.Hold(secret, errFailing, time.Minute, start)
	p.Asks(start)
	if got := p.Holds(secret, false, start); !errors.Is(got, errFailing) {
		t.Errorf("%v; want the failure", got)
	}
	if got := p.Shut(false, start); !errors.Is(got, errFailing) {
		t.Errorf("%v; want the failure, and no refusal", got)
	}
}
