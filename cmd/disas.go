package cmd

import (
	"encoding/hex"
	"errors"
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
  gotcg disas --arch aarch64 --at 0x400000 20008052`,
		Args: func(_ *cobra.Command, args []string) error {
			if strings.Join(args, "") == "" {
				return errors.New("disas needs the bytes of instructions, in hex")
			}
			return nil
		},
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
			var code []byte
			for _, arg := range args {
				b, err := hex.DecodeString(strings.TrimPrefix(arg, "0x"))
				if err != nil {
					return fmt.Errorf("%q is not bytes in hex: %w", arg, err)
				}
				code = append(code, b...)
			}
			text, err := gotcg.Disassemble(a, pc, code)
			fmt.Fprint(cmd.OutOrStdout(), text) // what is before an instruction that is cut short
			return err
		},
	}
	cmd.Flags().StringVar(&arch, "arch", "x86_64", "architecture: x86_64 or aarch64")
	cmd.Flags().StringVar(&at, "at", "0x1000", "address of the first byte")
	return cmd
}
