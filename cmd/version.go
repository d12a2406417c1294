package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  cobra.NoArgs,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), version()) },
	}
}

// version is what there is to tell of the version, in lines.
func version() string {
	version, rev := "(devel)", ""
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(bi.Deps, &bi.Main) { // a main of one's own has gotcg among its modules
			if m.Path == "github.com/gotcg/gotcg" && m.Version != "" {
				version = m.Version
			}
		}
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" {
				rev = " " + s.Value
			}
		}
	}
	return fmt.Sprintf("gotcg %s%s %s %s/%s\nguests: x86_64 aarch64\n", version, rev, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
