// Package cmd is the command gotcg: it reads the command line, and everything it does is in the library. It is a package for
// those who want the command with plugins of their own:
//
//	package main
//
//	import (
//		"github.com/gotcg/gotcg/cmd"
//
//		_ "example.com/mine/pages" // registers a plugin: see package instrument
//	)
//
//	func main() { cmd.Main() }
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"

	_ "github.com/gotcg/gotcg/internal/bigstack"
)

// stdio is where a command reads and writes; tests replace it.
type stdio struct {
	in       *os.File
	out, err io.Writer
}

// exitStatus is an error that only sets the process's exit status: all has been said.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// commands are the subcommands by name.
var commands = []struct {
	name string
	make func(stdio) *cobra.Command
}{
	{"run", newRunCmd},
	{"plugins", func(stdio) *cobra.Command { return newPluginsCmd() }},
	{"disas", func(stdio) *cobra.Command { return newDisasCmd() }},
	{"version", func(stdio) *cobra.Command { return newVersionCmd() }},
}

// newRootCmd makes the command with its subcommands; with the one alone that the first argument names, if it does: the others'
// flags, help and completion would be a tenth of what a short run costs.
func newRootCmd(sio stdio, args []string) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "gotcg",
		Short:         "run x86-64 and AArch64 programs, instrumented",
		Example:       "  gotcg run ./hello\n  gotcg run --plugin insn-count ./hello\n  gotcg plugins",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.SetOut(sio.out)
	cmd.SetErr(sio.err)
	for _, c := range commands {
		if len(args) > 0 && args[0] == c.name {
			cmd.CompletionOptions.DisableDefaultCmd = true
			cmd.SetHelpCommand(&cobra.Command{Hidden: true})
			cmd.AddCommand(c.make(sio))
			return cmd
		}
	}
	for _, c := range commands {
		cmd.AddCommand(c.make(sio))
	}
	show := cmd.Flags().Bool("version", false, "print the version") // cobra's own brings text/template, 2 MB
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *show {
			fmt.Fprint(cmd.OutOrStdout(), version())
			return nil
		}
		return cmd.Help()
	}
	strict(cmd, args)
	completions(cmd)
	return cmd
}

// strict has cobra's own commands refuse words that they do not know: as they are, they print help and succeed.
func strict(root *cobra.Command, args []string) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Short = "help about a command"
			c.Args = func(_ *cobra.Command, args []string) error {
				_, _, err := root.Find(args)
				return err
			}
		case "completion":
			c.Short = "print a shell's completion script"
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

// gcPercent lets the heap, small beside a guest's memory, grow further before it is collected:
// translating a large program makes garbage of no other consequence.
const gcPercent = 300

// sticky remembers the first failure to write. Any goroutine may write.
type sticky struct {
	w   io.Writer
	mu  sync.Mutex
	err error // guarded by mu
}

func (s *sticky) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.w.Write(b)
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// failed returns the first failure.
func (s *sticky) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Main is the command: it reads os.Args and does not return but when all is well.
func Main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	out, log := &sticky{w: os.Stdout}, &sticky{w: os.Stderr}
	err := newRootCmd(stdio{os.Stdin, out, log}, os.Args[1:]).ExecuteContext(context.Background())
	if err == nil {
		err = errors.Join(out.failed(), log.failed()) // the latter's status is all that is left to tell
	}
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
