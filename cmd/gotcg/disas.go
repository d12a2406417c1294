package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gotcg/gotcg"
)

func newDisasCmd() *cobra.Command {
	var arch, at string
	cmd := &cobra.Command{
		Use:   "disas [flags] HEXBYTES...",
		Short: "disassemble instruction bytes and show their IR",
		Example: `  gotcg disas 48 03 43 08
  gotcg disas --arch aarch64 20008052`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a := gotcg.X86_64
			switch arch {
			case "x86_64", "x86-64", "amd64":
			case "aarch64", "arm64":
				a = gotcg.AArch64
			default:
				return fmt.Errorf("--arch %q: want x86_64 or aarch64", arch)
			}
			pc, err := strconv.ParseUint(at, 0, 64)
			if err != nil {
				return fmt.Errorf("--at %q is not an address", at)
			}
			code, err := hex.DecodeString(strings.Join(args, ""))
			if err != nil {
				return fmt.Errorf("%q: %w", strings.Join(args, " "), err)
			}
			text, err := gotcg.Disassemble(a, pc, code)
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			return nil
		},
	}
	cmd.Flags().StringVar(&arch, "arch", "x86_64", "architecture: x86_64 or aarch64")
	cmd.Flags().StringVar(&at, "at", "0x1000", "address of the first byte")
	return cmd
}
