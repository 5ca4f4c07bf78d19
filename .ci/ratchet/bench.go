package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// ratios are of two benchmarks in one run each, so that a slow machine slows both.
var ratios = map[string][2]string{
	"ratio hit : floor":                 {"Hit/latchkey", "Hit/floor"},
	"ratio hit on two cores : one":      {"HitParallel/latchkey-2", "HitParallel/latchkey"},
	"ratio transport : x/oauth2":        {"Transport/latchkey", "Transport/oauth2"},
	"ratio chain : go-retryablehttp":    {"Chain/latchkey", "Chain/oauth2"},
	"ratio Pool look-up of 1,000 : map": {"Pool/1000/latchkey", "Pool/1000/bare"},
}

// allocated has the benchmarks whose allocations count.
var allocated = []string{"Hit/latchkey", "Transport/latchkey", "Chain/latchkey", "Pool/1000/latchkey", "Pool/1000/guess"}

const (
	runs   = 9  // at first
	atMost = 27 // if the median of the first ones is too large
)

// benchmarks measures ratios and allocations.
func benchmarks(root string, kept, found figures) error {
	dir, err := os.MkdirTemp("", "ratchet")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "client.test")
	if _, err := output(root, "go", "test", "-c", "-o", binary, "./client"); err != nil {
		return err
	}
	all := map[string][]float64{}
	for n := 1; n <= atMost; n++ {
		if err := once(filepath.Join(root, "client"), binary, all, found); err != nil {
			return err
		}
		if n >= runs && !anyTooLarge(kept, all) {
			break
		}
	}
	for name, values := range all {
		found[name] = median(values)
	}
	return nil
}

// once adds the ratios of one run to all.
func once(dir, binary string, all map[string][]float64, found figures) error {
	text := ""
	for cpu, pattern := range map[string]string{
		"1": "^Benchmark(Hit|HitParallel|Transport|Chain)$/^(floor|latchkey|oauth2)$|^BenchmarkPool$/^1000$/^(latchkey|bare|guess)$",
		"2": "^BenchmarkHitParallel$/^latchkey$",
	} {
		printed, err := output(dir, binary, "-test.run", "^$", "-test.cpu", cpu, "-test.benchtime", "20ms", "-test.bench", pattern)
		if err != nil {
			return err
		}
		text += printed
	}
	times, allocs := results(text)
	for name, pair := range ratios {
		if times[pair[0]] == 0 || times[pair[1]] == 0 {
			return fmt.Errorf("%s: no benchmark %s or %s in:\n%s", name, pair[0], pair[1], text)
		}
		all[name] = append(all[name], times[pair[0]]/times[pair[1]])
	}
	for _, name := range allocated {
		count, ok := allocs[name]
		if !ok {
			return fmt.Errorf("no allocations of %s in:\n%s", name, text)
		}
		found["allocations "+name] = count
	}
	return nil
}

var line = regexp.MustCompile(`(?m)^Benchmark(\S+)\s+\d+\s+([\d.]+) ns/op(?:.*?(\d+) allocs/op)?`)

// results returns nanoseconds and allocations by benchmark.
func results(text string) (times, allocs map[string]float64) {
	times, allocs = map[string]float64{}, map[string]float64{}
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		times[m[1]], _ = strconv.ParseFloat(m[2], 64)
		if m[3] != "" {
			allocs[m[1]], _ = strconv.ParseFloat(m[3], 64)
		}
	}
	return times, allocs
}

func anyTooLarge(kept figures, all map[string][]float64) bool {
	for name, values := range all {
		if was, ok := kept[name]; ok && tooLarge(name, was, median(values)) {
			return true
		}
	}
	return false
}
