package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// crew is the worker processes. A worker reads its order in a line on its standard input, writes a line when it is
// ready, begins when it reads a second line, stops when the input ends, and then writes its result.
type crew []*process

type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startCrew starts workers that all begin at the same moment. They are killed when ctx is done. With an error it
// returns the workers that it has started so far.
func startCrew(ctx context.Context, workers int, o order) (crew, error) {
	line, err := json.Marshal(o) //nolint:gosec // only the worker can read its standard input, where the password goes
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var c crew
	for range workers {
		p, err := start(ctx, program)
		if err != nil {
			return c, err
		}
		c = append(c, p)
	}
	if err := c.tell(ctx, string(line)); err != nil {
		return c, err
	}
	for _, p := range c {
		if _, err := p.out.ReadString('\n'); err != nil {
			return c, ended(ctx, err)
		}
	}
	return c, c.tell(ctx, "begin")
}

func start(ctx context.Context, program string) (*process, error) {
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), workerVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd, in, bufio.NewReader(out)}, nil
}

func (c crew) tell(ctx context.Context, line string) error {
	for _, p := range c {
		if _, err := io.WriteString(p.in, line+"\n"); err != nil {
			return ended(ctx, err)
		}
	}
	return nil
}

// ended returns why a worker does not read or answer.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("a worker ended before it began: %w", err)
}

// stopLimit is how long a worker may take to stop. It obeys a context, so it takes much less.
const stopLimit = 10 * time.Second

// stop ends the workers' work and returns their results.
func (c crew) stop() ([]result, error) {
	for _, p := range c {
		if err := p.in.Close(); err != nil {
			return nil, err
		}
	}
	results := make([]result, len(c))
	for i, p := range c {
		late := time.AfterFunc(stopLimit, func() { _ = p.cmd.Process.Kill() })
		err := json.NewDecoder(p.out).Decode(&results[i])
		err = errors.Join(err, p.cmd.Wait())
		late.Stop()
		if err != nil {
			return nil, fmt.Errorf("a worker gave no result: %w", err)
		}
	}
	return results, nil
}

// wait returns when all workers have ended.
func (c crew) wait() {
	for _, p := range c {
		_ = p.cmd.Wait() // stop returns the errors that matter
	}
}
