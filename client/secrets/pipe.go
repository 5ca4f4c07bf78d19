package secrets

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

const pipePace = 20 * time.Millisecond // between looks for the writer of a pipe

// pipe reads a named pipe. Until its writer comes, such a pipe looks as if it had ended.
type pipe struct {
	ctx   context.Context
	file  *os.File
	begun bool // something was read
}

// Read implements [io.Reader].
func (p *pipe) Read(b []byte) (int, error) {
	pace := time.NewTicker(pipePace)
	defer pace.Stop()
	for {
		n, err := p.file.Read(b)
		p.begun = p.begun || n > 0
		early := errors.Is(err, io.EOF) && !p.begun && !writerLeft(p.file)
		if !early && !errors.Is(err, errAgain) {
			return n, err
		}
		select {
		case <-pace.C:
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		}
	}
}
