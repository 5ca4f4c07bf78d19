package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeFrom completes a flag from a list.
func completeFrom(cmd *cobra.Command, flag string, list []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp))
}

// completeService completes the first argument.
func completeService(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var list []string
	for _, s := range services {
		list = append(list, s.name+"\t"+s.about)
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeMethod completes the methods of the service that is named, or else of all.
func completeMethod(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	list := strings.Split(methodsHelp(), ", ")
	if len(args) > 0 {
		if s, err := find(args[0]); err == nil {
			list = s.methodNames()
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeValue completes a field with all its values, or else with those of the saved accounts.
func completeValue(name string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		list := valuesOf(name)
		if list != nil {
			return list, cobra.ShellCompDirectiveNoFileComp
		}
		saved, _ := savedAccounts(cmd.Context())
		for _, a := range saved {
			value := a.Values[name]
			if value != "" && printable(value) == value && (len(args) == 0 || a.Service == args[0]) && !slices.Contains(list, value) {
				list = append(list, value)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}
