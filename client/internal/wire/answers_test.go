package wire_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/latchkey-go/latchkey/client/internal/wire"
)

// What a login's answers were decides what follows: the last one, when it came, and how often it was a 429.
func TestAnswersAreNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answers: []answer{tooMany, {}, {status: http.StatusOK, header: header("Date", "now")}, tooMany}}
		answers := &wire.Answers{Base: s}
		if last := answers.Last(); last.Status != 0 || last.TooMany != 0 {
			t.Errorf("before the first request the last answer is %+v", last)
		}
		for i, want := range []struct {
			status, tooMany int
			header          string
		}{{429, 1, ""}, {0, 1, ""}, {200, 1, "now"}, {429, 2, ""}} {
			time.Sleep(time.Second)
			resp, err := answers.RoundTrip(newRequest(t, http.MethodPost, "https://own.example/login", ""))
			if (err == nil) != (want.status != 0) || (resp == nil) != (want.status == 0) {
				t.Fatalf("request %d: %v, %v", i+1, resp, err)
			}
			if resp != nil {
				_ = resp.Body.Close()
				resp.Header.Set("Date", "changed by whoever reads it")
			}
			time.Sleep(time.Second)
			last := answers.Last()
			if last.Status != want.status || last.TooMany != want.tooMany || last.Header.Get("Date") != want.header ||
				time.Since(last.Received) != time.Second {
				t.Errorf("request %d: %+v, received %s ago; want %+v, a second ago", i+1, last, time.Since(last.Received), want)
			}
		}
	})
}

// A body of the limit's length is read, and one more byte is an error.
func TestT5LongerBodyIsAnError(t *testing.T) {
	for body, ok := range map[string]bool{"": true, "1234": true, "12345": false} {
		limit := wire.Limit{Base: &service{answers: []answer{{status: http.StatusOK, body: body}}}, Bytes: 4}
		resp, err := limit.RoundTrip(newRequest(t, http.MethodGet, "https://own.example", ""))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		_, tooLong := errors.AsType[*http.MaxBytesError](err)
		if tooLong == ok || (err == nil) != ok || !strings.HasPrefix(body, string(got)) {
			t.Errorf("%q: %q, %v", body, got, err)
		}
	}
	resp, err := wire.Limit{Base: &service{answers: []answer{{}}}, Bytes: 4}.RoundTrip(newRequest(t, http.MethodGet, "https://own.example", ""))
	if resp != nil || err == nil {
		t.Errorf("%v, %v; want the base's error", resp, err)
	}
}
