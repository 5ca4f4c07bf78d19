package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wishFlags are the flags that say which account is meant. They come from the table of services.
type wishFlags struct {
	secret bool // the command may log in, so it takes --secret

	method, source, store string
	values                map[string]*string
}

// add adds the flags to a command.
func (w *wishFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	w.values = map[string]*string{}
	for _, name := range fieldNames {
		short := ""
		if name == user {
			short = "u"
		}
		w.values[name] = flags.StringP(name, short, "", flagHelp()[name])
		_ = cmd.RegisterFlagCompletionFunc(name, completeValue(name))
	}
	flags.StringVar(&w.method, "method", "", "way of logging in: "+methodsHelp())
	flags.StringVar(&w.store, "store", "", "where tokens lie: keyring or files ("+storeVariable+"; default: the keyring, if there is one)")
	completeFrom(cmd, "store", []string{inKeyring, inFiles})
	_ = cmd.RegisterFlagCompletionFunc("method", completeMethod)
	if w.secret {
		flags.StringVar(&w.source, "secret", "", "where the secret is, as `SOURCE`: prompt, "+sources+" (default: its variable, or else a prompt)")
		completeFrom(cmd, "secret", []string{fromPrompt, "stdin", "env:", "file:", "command:"})
	}
	cmd.ValidArgsFunction = completeService
}

// flagHelp returns, by the name of a field, what the field is and its variables. It has all that differs between the
// services.
var flagHelp = sync.OnceValue(func() map[string]string {
	type kind struct{ name, about string }
	var kinds []kind
	variables := map[kind][]string{}
	for _, s := range services {
		for _, m := range s.methods {
			for _, f := range m.all(&s) {
				k := kind{f.name, f.about}
				if !slices.Contains(kinds, k) {
					kinds = append(kinds, k)
				}
				if f.variable != "" && !slices.Contains(variables[k], f.variable) {
					variables[k] = append(variables[k], f.variable)
				}
			}
		}
	}
	help := map[string]string{}
	for _, k := range kinds {
		text := k.about
		if list := variables[k]; list != nil {
			text += " (" + strings.Join(list, ", ") + ")"
		}
		if help[k.name] != "" {
			text = help[k.name] + "; " + text
		}
		help[k.name] = text
	}
	return help
})

func methodsHelp() string {
	var names []string
	for _, s := range services {
		for _, name := range s.methodNames() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// wish returns what the flags say.
func (w *wishFlags) wish(cmd *cobra.Command, service string) (wish, error) {
	s, err := find(service)
	if err != nil {
		return wish{}, err
	}
	for _, check := range []error{checkSource(w.source), checkStore(w.store, "--store"), checkStore(os.Getenv(storeVariable), storeVariable)} {
		if check != nil {
			return wish{}, check
		}
	}
	said := values{}
	var empty error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if value, ok := w.values[f.Name]; ok {
			said[f.Name] = *value
		}
		if f.Value.String() == "" && f.Name != "data" { // as --user "$UNSET": another account could be taken for it
			empty = usagef("--%s is empty", f.Name)
		}
	})
	if empty != nil {
		return wish{}, empty
	}
	return wish{service: s, method: w.method, values: said, source: w.source, store: w.store}, nil
}

func checkStore(name, where string) error {
	if name == "" || name == inKeyring || name == inFiles {
		return nil
	}
	return usagef("%s is %s or %s", where, inKeyring, inFiles)
}

func checkOneOf(value string, all []string) error {
	if slices.Contains(all, value) {
		return nil
	}
	return usagef("there is no output %q, only %s", value, strings.Join(all, ", "))
}

// oneService is the check of arguments of most commands.
func oneService(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("name one service: %s", strings.Join(serviceNames(), ", "))
	}
	_, err := find(args[0])
	return err
}

// servicesTable is the text about services, methods, fields and variables in help and documentation.
func servicesTable() string {
	var text strings.Builder
	for _, s := range services {
		fmt.Fprintf(&text, "\n%s: %s\n", s.name, s.about)
		base := s.base()
		fmt.Fprintf(&text, "  --%s, %s: %s, %s\n", base.name, base.variable, base.about, cmp.Or(s.baseURL, "required"))
		for i, m := range s.methods {
			note := ""
			if i == 0 {
				note = ", the default"
			}
			fmt.Fprintf(&text, "  --method %s%s\n", m.name, note)
			for _, f := range m.fields {
				fmt.Fprintf(&text, "    --%s%s: %s\n", f.name, strings.TrimRight(", "+f.variable, ", "), f.about)
			}
			fmt.Fprintf(&text, "    --secret%s: %s\n", strings.TrimRight(", "+m.secret.variable, ", "), m.secret.about)
		}
	}
	return text.String()
}
