package cmd

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gotcg/gotcg/instrument"
	_ "github.com/gotcg/gotcg/plugins/all" // registers the built-in plugins
)

func pluginNames() (names []string) {
	for _, p := range instrument.Plugins() {
		names = append(names, p.Name)
	}
	return names
}

func newPluginsCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "plugins [NAME...]",
		Short:   "list plugins, or describe some and their arguments",
		Example: "  gotcg plugins\n  gotcg plugins mem",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return pluginNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listPlugins(cmd.OutOrStdout())
			}
			all := instrument.Plugins()
		next:
			for _, name := range args {
				for i := range all {
					if all[i].Name == name {
						if err := describePlugin(cmd.OutOrStdout(), &all[i]); err != nil {
							return err
						}
						continue next
					}
				}
				return fmt.Errorf("no plugin %q; there are %s", name, strings.Join(pluginNames(), ", "))
			}
			return nil
		},
	}
}

func listPlugins(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, p := range instrument.Plugins() {
		fmt.Fprintf(tw, "%s\t%s\n", p.Name, p.Help)
	}
	return tw.Flush()
}

func describePlugin(w io.Writer, p *instrument.Info) error {
	fmt.Fprintf(w, "%s: %s\n\n%s\n", p.Name, p.Help, p.Doc)
	if len(p.Args) > 0 {
		fmt.Fprintf(w, "\narguments:\n")
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, a := range p.Args {
		kind := a.Kind.String()
		if a.OneOf != nil {
			kind = strings.Join(a.OneOf, "|")
		}
		help := a.Help
		if a.Default != "" {
			help += " (default " + a.Default + ")"
		}
		if a.Many {
			help += " (may be given more than once)"
		}
		fmt.Fprintf(tw, "  %s=%s\t%s\n", a.Name, kind, help)
	}
	fmt.Fprintln(tw)
	return tw.Flush()
}
