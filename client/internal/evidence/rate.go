package evidence

// rate allows a few at once, and in the long run one per every nanoseconds.
type rate struct {
	atOnce uint8
	every  int64
}

// meter counts what is taken at a rate. It is the time from which on all is left that the rate allows at once.
type meter int64

// left returns how many are left; less than 0 if more were taken than the rate allows.
func (m *meter) left(r rate, now int64) int {
	taken := (max(int64(*m)-now, 0) + r.every - 1) / r.every
	return int(r.atOnce) - int(taken)
}

func (m *meter) take(r rate, now int64) { *m = meter(max(int64(*m), now) + r.every) }

func (m *meter) giveBack(r rate) { *m -= meter(r.every) }
