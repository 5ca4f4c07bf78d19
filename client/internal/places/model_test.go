package places

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is Places as slices of users, of which the one that was used last is in front.
type model struct {
	size         int
	held, others []*user
	busy         []*user
	removed      map[*user]bool
	logins       map[*user]int
}

func (m *model) lists() []*[]*user { return []*[]*user{&m.held, &m.others, &m.busy} }

// find returns the user who has a name, and the list that has him.
func (m *model) find(name int) (*user, *[]*user) {
	for _, list := range m.lists() {
		for _, u := range *list {
			if u.name == name {
				return u, list
			}
		}
	}
	return nil, nil
}

func take(list *[]*user, u *user) bool {
	i := slices.Index(*list, u)
	if i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	return i >= 0
}

func (m *model) use(u *user, list *[]*user) {
	if list != &m.busy {
		take(list, u)
		*list = slices.Insert(*list, 0, u)
	}
}

func (m *model) put(u *user, list *[]*user) {
	*list = slices.Insert(*list, 0, u)
	last := func(list []*user) *user { return list[len(list)-1] }
	if len(m.held) > m.size {
		take(&m.held, last(m.held))
	}
	for range 2 {
		if len(m.held)+len(m.others) <= m.size || len(m.others) <= m.size/8+1 {
			return
		}
		if len(m.held) > 0 && last(m.held).expired {
			take(&m.held, last(m.held))
		} else {
			take(&m.others, last(m.others))
		}
	}
}

func (m *model) begin(u *user) {
	m.logins[u]++
	if m.removed[u] || slices.Contains(m.busy, u) {
		return
	}
	there, list := m.find(u.name)
	if there == u {
		take(list, u)
	}
	if there == u || there == nil {
		m.busy = append(m.busy, u)
	}
}

func (m *model) end(u *user, held bool) {
	m.logins[u]--
	switch {
	case m.logins[u] > 0 || !take(&m.busy, u):
	case held:
		m.put(u, &m.held)
	default:
		m.put(u, &m.others)
	}
}

// Whatever comes and goes, Places does what the model does, and holds what it says.
func TestPlacesAreThoseOfTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{size: rapid.IntRange(1, 9).Draw(t, "size"), removed: map[*user]bool{}, logins: map[*user]int{}}
		r := newRoom(m.size)
		var known []*user // all who ever came
		anyone := func(t *rapid.T) *user {
			if len(known) == 0 {
				t.Skip("nobody has come")
			}
			return rapid.SampledFrom(known).Draw(t, "user")
		}
		t.Repeat(map[string]func(*rapid.T){
			"come": func(t *rapid.T) {
				u := r.come(rapid.IntRange(0, 14).Draw(t, "name"))
				there, list := m.find(u.name)
				switch {
				case there == nil:
					known = append(known, u)
					m.put(u, &m.others)
				case there != u:
					t.Fatalf("%d is another one", u.name)
				default:
					m.use(u, list)
				}
			},
			"begin": func(t *rapid.T) {
				u := anyone(t)
				r.begin(u)
				m.begin(u)
			},
			"end": func(t *rapid.T) {
				u, held := anyone(t), rapid.Bool().Draw(t, "held")
				if m.logins[u] == 0 {
					t.Skip("no login is under way")
				}
				r.end(u, held)
				m.end(u, held)
				u.expired = false
			},
			"expire": func(t *rapid.T) { anyone(t).expired = true },
			"remove": func(t *rapid.T) {
				u := anyone(t)
				r.Remove(&u.place)
				m.removed[u] = true
				for _, list := range m.lists() {
					take(list, u)
				}
			},
			"": func(t *rapid.T) {
				var want []int
				for _, list := range m.lists() {
					for _, u := range *list {
						want = append(want, u.name)
						if place := r.table.find(u.place.key); place != &u.place {
							t.Errorf("%d is not found", u.name)
						}
					}
				}
				slices.Sort(want)
				r.want(t, "", want...)
				if n := r.Counts(); n.Busy != len(m.busy) || n.Values-n.Busy > m.size+m.size/8+1 {
					t.Errorf("%+v; want %d busy, and no more than there is room for", n, len(m.busy))
				}
			},
		})
	})
}
