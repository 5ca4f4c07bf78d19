package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	tolerance = 1.1
	fewLines  = 10 // what any folder may grow by, however small it is
)

// figures are by name. Less is better.
type figures map[string]float64

// noisy reports whether a figure is one of time, which differs from run to run.
func noisy(name string) bool {
	return strings.HasPrefix(name, "ratio ") || strings.HasPrefix(name, "seconds ")
}

// parse reads lines of a name and a number. A line that begins with # is a comment.
func parse(text string) (figures, error) {
	all := figures{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndexAny(line, " \t")
		value, err := strconv.ParseFloat(line[at+1:], 64)
		name := strings.TrimSpace(line[:max(at, 0)])
		if err != nil || name == "" {
			return nil, fmt.Errorf("%s:%d: want a name and a number, found %q", file, n+1, line)
		}
		all[name] = value
	}
	return all, nil
}

// compare tells of each figure that is too large, that is not on file, or that is on file alone.
func compare(kept, found figures) error {
	var errs []error
	for _, name := range names(kept, found) {
		was, isKept := kept[name]
		is, isFound := found[name]
		switch {
		case !isKept:
			errs = append(errs, fmt.Errorf("%s: %s is not in %s", name, number(is), file))
		case !isFound:
			errs = append(errs, fmt.Errorf("%s: in %s, but there is no such thing any more", name, file))
		case tooLarge(name, was, is):
			errs = append(errs, fmt.Errorf("%s: %s, too far above %s", name, number(is), number(was)))
		}
	}
	return errors.Join(errs...)
}

func tooLarge(name string, was, is float64) bool {
	if strings.HasPrefix(name, "lines ") || strings.HasPrefix(name, "doc ") {
		return is > max(was*tolerance, was+fewLines)
	}
	return is > was*tolerance
}

// updated returns the new file. A time is written a tenth above what was measured, for the next run's noise and another
// processor, and never goes up.
func updated(kept, found figures) string {
	all := maps.Clone(found)
	for name, is := range found {
		if !noisy(name) {
			continue
		}
		all[name] = is * tolerance
		if was, ok := kept[name]; ok {
			all[name] = min(was, all[name])
		}
	}
	var b strings.Builder
	b.WriteString("# What may not get worse by more than a tenth; see .ci/ratchet. Who raises a figure changes CHANGELOG.md too.\n")
	for _, name := range names(all) {
		fmt.Fprintf(&b, "%-60s %s\n", name, number(all[name]))
	}
	return b.String()
}

// table returns a line for each figure: on file, and now.
func table(kept, found figures) string {
	var b strings.Builder
	for _, name := range names(kept, found) {
		fmt.Fprintf(&b, "%-60s %10s %10s\n", name, number(kept[name]), number(found[name]))
	}
	return b.String()
}

func names(all ...figures) []string {
	set := map[string]bool{}
	for _, some := range all {
		for name := range some {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// number returns at most three decimals of small values and none of others.
func number(value float64) string {
	if value >= 100 {
		return strconv.FormatFloat(value, 'f', 0, 64)
	}
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(value, 'f', 3, 64), "0"), ".")
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
