package hostile_test

import "strconv"

func allRows() (all []row) {
	for _, of := range []func() []row{statusRows, bodyRows, jsonRows, framingRows, headRows, resetRows, redirectRows, echoRows} {
		all = append(all, of()...)
	}
	return all
}
func itoa(i int) string { return strconv.Itoa(i) }
