// Command gotcg runs x86-64 and AArch64 Linux programs by dynamic translation, with plugins
// translated into them. Everything it does is in the library; it only reads the command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// stdio is where a command reads and writes; tests replace it.
type stdio struct {
	in       *os.File
	out, err io.Writer
}

// exitStatus is an error that only sets the process's exit status: all has been said.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func newRootCmd(sio stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "gotcg",
		Short:         "run x86-64 and AArch64 programs, instrumented",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.SetOut(sio.out)
	cmd.SetErr(sio.err)
	cmd.AddCommand(newRunCmd(sio), newPluginsCmd(), newDisasCmd(), newVersionCmd())
	return cmd
}

// gcPercent lets the heap, small beside a guest's memory, grow further before it is collected:
// translating a large program makes garbage of no other consequence.
const gcPercent = 300

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	err := newRootCmd(stdio{os.Stdin, os.Stdout, os.Stderr}).ExecuteContext(context.Background())
	var status exitStatus
	switch {
	case err == nil:
	case errors.As(err, &status):
		os.Exit(int(status))
	default:
		fmt.Fprintf(os.Stderr, "gotcg: %s\n", oneLine(err))
		os.Exit(1)
	}
}
