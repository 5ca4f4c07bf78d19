package client_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

const modelLimit = 20 * time.Second // of real time, for one script

// Random scripts, each in a bubble of its own, against the model. A script that breaks a promise is made as short as
// possible, and printed as a value that TestModelFinds can take. By default the scripts are the same each time.
// LATCHKEY_MODEL_RUNS asks for so many others. With it, -rapid.seed repeats what was seen.
func TestModel(t *testing.T) {
	settings := map[string]string{"rapid.checks": os.Getenv("LATCHKEY_MODEL_RUNS"), "rapid.nofailfile": "true"}
	if settings["rapid.checks"] == "" {
		settings["rapid.checks"], settings["rapid.seed"] = "600", "1"
	}
	for name, value := range settings {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set(name, before) }()
	}
	if only := os.Getenv("LATCHKEY_MODEL_ONLY"); only != "" {
		for name := range modelChecks {
			modelChecks[name] = slices.ContainsFunc(strings.Split(only, ","), func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		}
	}
	tries, scripts, steps, faults := 1, 0, 0, 0
	defer func() { t.Logf("%d scripts, %d steps, of which %d faults", scripts, steps, faults) }()
	rapid.Check(t, func(rt *rapid.T) {
		script := modelDraw(rt)
		scripts, steps = scripts+1, steps+len(script.steps)
		for _, step := range script.steps {
			if slices.Contains(modelFaults, step.do) && !slices.Contains([]string{"token", "right", "ok"}, step.kind) {
				faults++
			}
		}
		for range tries {
			broken, log := modelRun(t, script)
			if len(broken) > 0 {
				if tries == 1 {
					t.Logf("first %s\n%s\n%s", broken[0], script, strings.Join(modelExcerpt(log), "\n"))
				}
				tries = 5 // what follows makes the script shorter: not each run meets the same fault
				rt.Logf("%s\n%s", script, strings.Join(modelExcerpt(log), "\n"))
				rt.Fatalf("%s", broken[0])
			}
		}
	})
}

// modelFaults are the steps that put something wrong, unless they end it.
var modelFaults = []string{"answer", "latency", "clock", "sleep", "set", "secret", "api", "revoke", "session", "lag", "store", "die", "observer"}

// modelExcerpt returns what happened before the first promise was broken: of what is long ago the logins only.
func modelExcerpt(log []string) []string {
	i := slices.IndexFunc(log, func(line string) bool { return strings.Contains(line, "BROKEN ") })
	logins := slices.DeleteFunc(slices.Clone(log[:max(0, i-60)]), func(line string) bool {
		return !strings.Contains(line, " logs in") && !strings.Contains(line, " is answered ")
	})
	return append(logins[max(0, len(logins)-40):], log[max(0, i-60):i+1]...)
}

// modelRun runs a script in a bubble of its own, and returns which checks failed, and what happened.
func modelRun(t *testing.T, script modelScript) (broken, log []string) {
	var d *modelDriver
	var at atomic.Int64
	over := make(chan string, 1)
	go func() {
		end := "its goroutine ended"
		defer func() {
			if v := recover(); v != nil {
				end = fmt.Sprint(v)
			}
			over <- end
		}()
		synctest.Test(t, func(t *testing.T) {
			d = newModelDriver(t, script)
			for i, step := range script.steps {
				at.Store(int64(i))
				d.step(step)
			}
			at.Store(int64(len(script.steps)))
			d.end()
		})
		end = ""
	}()
	watchdog := time.NewTimer(modelLimit)
	defer watchdog.Stop()
	select {
	case end := <-over:
		if d == nil {
			t.Fatal(end)
		}
		if end != "" {
			d.model.fails("0 nothing hangs", "%s", end)
		}
		return d.model.broken, d.model.log
	case <-watchdog.C:
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		t.Fatalf("step %d does not come to rest:\n%s\n%s", at.Load(), script, stacks)
		return nil, nil
	}
}
