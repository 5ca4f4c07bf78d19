//go:build unix

package tokenstore_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/latchkey-go/latchkey/client/clienttest/sandbox"
	"github.com/latchkey-go/latchkey/client/tokenstore/internal/redistest"
)

// The pod that logs in is killed, or stopped for a while. The others wait for its lease, and one of them logs in.
func TestP9HolderIsKilledOrStopped(t *testing.T) {
	t.Parallel()
	login, lease, stopped := 1500*time.Millisecond, time.Second, 2*time.Second
	processes, pods := 4, 10
	if times(0, 1) == 1 {
		login, lease, stopped = 20*time.Second, 10*time.Second, time.Minute
		pods = 50
	}
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t)
			server := serve(t, sandbox.Config{Latency: login})
			do := shared{task: task{Redis: redis.Addr, Lease: lease}}.at(server)
			do.Pods = 1
			holder := hire(t, 1, do)
			do.Pods = pods
			others := hire(t, processes, do)
			holder.begin(t)
			atLeast(t, server, 1)
			others.begin(t)
			time.Sleep(login / 10)
			if err := holder[0].cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			continued := time.AfterFunc(stopped, func() { _ = holder[0].cmd.Process.Signal(syscall.SIGCONT) })
			defer continued.Stop()
			reports := reportsOf[podsReport](t, others)
			took := time.Since(began)
			if signal == syscall.SIGSTOP {
				reports = append(reports, reportsOf[podsReport](t, holder)...)
			}
			n := len(lateness(t, reports))
			t.Logf("%d pods have a token, the others after %s", n, took.Round(time.Millisecond))
			wantLoginRequests(t, server, 2)
		})
	}
}
