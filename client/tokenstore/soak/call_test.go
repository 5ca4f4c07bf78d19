package soak_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/client"
)

const (
	// patience is more than what a worker costs the others that dies while it has a lock: the lease of 10 s.
	patience = 25 * time.Second
	// impatience is less than what a login takes, at times.
	impatience = 50 * time.Millisecond
	// slack is what a busy machine may add to a limit, beside the time in which it does not run this process at all.
	slack = time.Second
)

// outcome says how a call ended.
type outcome string

const (
	ok           outcome = "success"
	late         outcome = "its ctx was done"
	tooMany      outcome = "429 came back"
	unauthorized outcome = "401 came back"
	answered     outcome = "another status came back"
	loginFailed  outcome = "LoginError"
	limited      outcome = "RateLimitError"
	lost         outcome = "connection lost"
	untyped      outcome = "untyped error"
	overdue      outcome = "past its ctx"
)

// verdict is how a call ended that did not go well.
type verdict struct {
	Service      int
	What         string
	Began, Ended int64 // Unix, in nanoseconds
	Impatient    bool
	Outcome      outcome
	Text         string
}

// drawn is a call to be made.
type drawn struct {
	what     string // "Token", "GET" or "POST"
	patience time.Duration
}

func drawCall() drawn {
	d := drawn{"GET", patience}
	switch n := rand.IntN(20); n {
	case 0, 1, 2:
		d.what = "Token"
	case 3, 4, 5:
		d.what = "POST"
	}
	if rand.IntN(10) == 0 {
		d.patience = impatience
	}
	return d
}

// call makes a call and judges it.
func (w *worker) call(ctx context.Context, d drawn, service int, c *client.Client) verdict {
	stalled := w.stalls.total()
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	var (
		status int
		err    error
	)
	if d.what == "Token" {
		_, err = c.Token(ctx)
	} else {
		status, err = request(ctx, c, d.what)
	}
	ended := time.Now()
	v := verdict{
		Service: service, What: d.what, Began: began.UnixNano(), Ended: ended.UnixNano(),
		Impatient: d.patience == impatience, Outcome: judge(ctx, status, err),
	}
	if err != nil {
		v.Text = err.Error()
	} else if status >= http.StatusBadRequest {
		v.Text = fmt.Sprint("HTTP ", status)
	}
	if over := ended.Sub(began) - d.patience - (w.stalls.total() - stalled); over > slack {
		v.Outcome, v.Text = overdue, fmt.Sprintf("by %s: %s", over, v.Text)
	}
	return v
}

// request sends a request, reads the whole answer, and returns its status.
func request(ctx context.Context, c *client.Client, method string) (int, error) {
	const text = "a body that can be sent again"
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.BaseURL()+"/soak", body)
	if err != nil {
		return 0, err
	}
	resp, err := c.HTTPClient().Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode == http.StatusOK && method == http.MethodPost && string(answer) != text {
		err = fmt.Errorf("the service got %q", answer)
	}
	return resp.StatusCode, err
}

// judge says what a call's end is. An error is one of package client's, or ctx's, or that of a connection that the
// request itself has lost.
func judge(ctx context.Context, status int, err error) outcome {
	_, isLimit := errors.AsType[*client.RateLimitError](err)
	_, isNetwork := errors.AsType[*net.OpError](err)
	switch {
	case err == nil:
		return judgeStatus(status)
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return late
	case isLimit:
		return limited
	case isLoginError(err):
		return loginFailed
	case isNetwork, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return lost
	default:
		return untyped
	}
}

func judgeStatus(status int) outcome {
	switch {
	case status < http.StatusBadRequest:
		return ok
	case status == http.StatusTooManyRequests:
		return tooMany
	case status == http.StatusUnauthorized:
		return unauthorized
	default:
		return answered
	}
}

// isLoginError reports whether err is a LoginError of one of the kinds.
func isLoginError(err error) bool {
	if _, isOne := errors.AsType[*client.LoginError](err); !isOne {
		return false
	}
	for _, kind := range []error{
		client.ErrInvalidCredentials, client.ErrInvalidInput, client.ErrUnavailable, client.ErrUnexpectedResponse,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
