package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/client"
)

// wish is what the flags say about an account.
type wish struct {
	service *service
	method  string // "": not said
	values  values // the fields that were said
	source  string // of the secret; "": not said
	store   string // "": not said
}

// choose returns the account that is meant: flags come first, then environment variables, then the saved accounts, the
// last login first.
func (w wish) choose(saved []account, getenv func(string) string) (account, error) {
	saved = slices.DeleteFunc(slices.Clone(saved), func(a account) bool { return a.Service != w.service.name })
	name, err := w.methodName(getenv)
	if err != nil {
		return account{}, err
	}
	for _, a := range saved {
		if name != "" && a.Method != name {
			continue
		}
		if m, err := w.service.method(a.Method); err == nil && w.fits(a, m, getenv) {
			return w.equipped(a, m, getenv), nil
		}
	}
	m := &w.service.methods[0]
	if name != "" {
		if m, err = w.service.method(name); err != nil {
			return account{}, err
		}
	}
	return w.fresh(m, len(saved) == 0, getenv)
}

// methodName returns the method that the flag or the variable of a secret names; "" if none does.
func (w wish) methodName(getenv func(string) string) (string, error) {
	if w.method != "" {
		m, err := w.service.method(w.method)
		if err != nil {
			return "", err
		}
		return m.name, nil
	}
	var names, variables []string
	for _, m := range w.service.methods {
		if m.secret.variable != "" && getenv(m.secret.variable) != "" {
			names, variables = append(names, m.name), append(variables, m.secret.variable)
		}
	}
	if len(names) > 1 && w.source == "" {
		return "", usagef("%s are set: say which login is meant, by --method %s",
			strings.Join(variables, " and "), strings.Join(names, " or --method "))
	}
	if len(names) == 1 && w.source == "" {
		return names[0], nil
	}
	return "", nil
}

// said returns what a flag or a variable says about a field; "" if neither does.
func (w wish) said(f field, getenv func(string) string) string {
	value := w.values[f.name]
	if value == "" && f.variable != "" {
		value = getenv(f.variable)
	}
	if f.name == baseURL {
		return canonical(value)
	}
	return value
}

// canonical returns a base URL in canonical form, or as it is if it has none: the login will refuse it.
func canonical(raw string) string {
	if a, err := (client.Account{BaseURL: raw}).Canonical(); err == nil {
		return a.BaseURL
	}
	return raw
}

// fits reports whether a saved account is not another one than flags and variables say.
func (w wish) fits(a account, m *method, getenv func(string) string) bool {
	known := m.all(w.service)
	for name := range w.values {
		if !slices.ContainsFunc(known, func(f field) bool { return f.name == name }) {
			return false
		}
	}
	return !slices.ContainsFunc(known, func(f field) bool {
		said := w.said(f, getenv)
		return said != "" && said != a.Values[f.name]
	})
}

// equipped returns a saved account with the secret's source and the store that flags and variables say.
func (w wish) equipped(a account, m *method, getenv func(string) string) account {
	a.Source = cmp.Or(w.source, fromVariable(m, getenv), a.Source)
	a.Store = cmp.Or(w.store, getenv(storeVariable), a.Store)
	return a
}

// fresh returns an account that is not saved.
func (w wish) fresh(m *method, none bool, getenv func(string) string) (account, error) {
	a := account{
		Service: w.service.name, Method: m.name, Values: values{},
		Source: cmp.Or(w.source, fromVariable(m, getenv)), Store: cmp.Or(w.store, getenv(storeVariable)),
	}
	for name := range w.values {
		if !slices.ContainsFunc(m.all(w.service), func(f field) bool { return f.name == name }) {
			return account{}, usagef("%s's method %s has no --%s", w.service.name, m.name, name)
		}
	}
	nothing := true
	var missing error
	for _, f := range m.all(w.service) {
		said := w.said(f, getenv)
		nothing = nothing && said == ""
		value := cmp.Or(said, canonicalPreset(f))
		switch {
		case value != "" && f.only != nil && !slices.Contains(f.only, value):
			return account{}, usagef("%s: --%s is %s", w.service.name, f.name, strings.Join(f.only, " or "))
		case value != "":
			a.Values[f.name] = value
		case !f.optional && missing == nil:
			missing = usagef("%s: %s is missing: set %s", w.service.name, f.about, f.ways())
		}
	}
	if missing != nil && nothing && none && w.method == "" {
		return account{}, coded(exitLoginRequired, "%s: login required: latchkey login %s%s", a.Service, a.Service, m.usage(w.service))
	}
	return a, missing
}

func canonicalPreset(f field) string {
	if f.name == baseURL && f.preset != "" {
		return canonical(f.preset)
	}
	return f.preset
}

// fromVariable returns the source of a secret whose variable is set.
func fromVariable(m *method, getenv func(string) string) string {
	if m.secret.variable != "" && getenv(m.secret.variable) != "" {
		return "env:" + m.secret.variable
	}
	return ""
}

// ways returns how a field is set.
func (f field) ways() string {
	flag := "--" + f.name + " " + f.holder
	if f.variable == "" {
		return flag
	}
	return flag + " or " + f.variable
}

// usage returns the flags that a method needs.
func (m *method) usage(s *service) string {
	var text strings.Builder
	for _, f := range m.all(s) {
		if f.preset == "" && !f.optional {
			text.WriteString(" --" + f.name + " " + f.holder)
		}
	}
	return text.String()
}
