package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/gotcg/gotcg/instrument"
	"github.com/gotcg/gotcg/internal/debuglog"
)

// completer proposes values for a flag, of which typed is there.
type completer func(typed string) ([]string, cobra.ShellCompDirective)

// completers returns the flags' values by command. A flag that is not here takes a file, or nothing.
func completers() map[string]map[string]completer {
	return map[string]map[string]completer{
		"run": {
			"accel":   oneOf("auto", "jit", "interp"),
			"mem":     oneOf("auto", "direct", "tlb"),
			"tier2":   oneOf("off", "1"),
			"debug":   some(debuglog.Names()),
			"plugin":  pluginSpecs,
			"sysroot": func(string) ([]string, cobra.ShellCompDirective) { return nil, cobra.ShellCompDirectiveFilterDirs },
			"env":     oneOf(), "argv0": oneOf(), "dfilter": oneOf(), "inject-flush": oneOf(), "opt": oneOf("none", "all"),
		},
		"disas": {"arch": oneOf("x86_64", "aarch64"), "at": oneOf()},
	}
}

// completions registers the completers.
func completions(root *cobra.Command) {
	all := completers()
	for _, cmd := range root.Commands() {
		for flag, c := range all[cmd.Name()] {
			err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
				return c(typed)
			})
			if err != nil {
				panic("BUG: " + err.Error())
			}
		}
	}
}

// oneOf proposes words.
func oneOf(words ...string) completer {
	return func(string) ([]string, cobra.ShellCompDirective) { return words, cobra.ShellCompDirectiveNoFileComp }
}

// some proposes words for a comma-separated list.
func some(words []string) completer {
	return func(typed string) ([]string, cobra.ShellCompDirective) {
		head := typed[:strings.LastIndexByte(typed, ',')+1]
		var l []string
		for _, w := range words {
			l = append(l, head+w)
		}
		return l, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// pluginSpecs proposes plugins, and behind a plugin's name and a comma its arguments.
func pluginSpecs(typed string) ([]string, cobra.ShellCompDirective) {
	name, _, args := strings.Cut(typed, ",")
	if !args {
		return pluginNames(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	var words []string
	for _, p := range instrument.Plugins() {
		if p.Name != name {
			continue
		}
		for _, a := range p.Args {
			switch {
			case a.OneOf != nil:
				for _, v := range a.OneOf {
					words = append(words, a.Name+"="+v)
				}
			case a.Kind == instrument.Bool:
				words = append(words, a.Name+"=on", a.Name+"=off")
			default:
				words = append(words, a.Name+"=")
			}
		}
	}
	return some(words)(typed)
}
