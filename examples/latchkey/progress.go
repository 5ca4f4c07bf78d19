package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress is a line at the terminal that says what takes so long.
type progress struct {
	out io.Writer // nil: nobody would see it

	mu    sync.Mutex
	text  string // "": nothing is under way
	shown bool
	late  *time.Timer
}

// patience is how long something takes before the line appears.
const patience = time.Second

// working is the command's own line.
var working = newProgress()

func newProgress() *progress {
	if !term.IsTerminal(int(os.Stderr.Fd())) || os.Getenv("TERM") == "dumb" {
		return &progress{}
	}
	return &progress{out: os.Stderr}
}

// on says what is under way, until done is called.
func (p *progress) on(text string) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
	p.wait()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.text = ""
		p.erase()
	}
}

// hide takes the line away while somebody else writes to the terminal.
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// show brings the line back, if it takes that long again.
func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait()
}

// wait shows the line after a while. mu is held.
func (p *progress) wait() {
	if p.out == nil || p.text == "" {
		return
	}
	var late *time.Timer
	late = time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.late == late {
			fmt.Fprintf(p.out, "%s…", p.text)
			p.shown = true
		}
	})
	p.late = late
}

// erase removes the line. mu is held.
func (p *progress) erase() {
	if p.late != nil {
		p.late.Stop()
		p.late = nil
	}
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
