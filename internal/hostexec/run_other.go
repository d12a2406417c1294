//go:build !(linux && amd64)

package hostexec

import "errors"

// Supported: the host is an x86-64 that this package can run code on.
const Supported = false

// Runner is not available on this host.
type Runner struct{}

// New fails on this host.
func New(codeAddr, codeSize, dataAddr, dataSize uint64) (*Runner, error) {
	return nil, errors.New("hostexec: not an x86-64 Linux host")
}

// Close does nothing.
func (*Runner) Close() {}

// Data returns nil.
func (*Runner) Data() []byte { return nil }

// Regs returns nil.
func (*Runner) Regs() *Regs { return nil }

// Load does nothing.
func (*Runner) Load(uint64, []byte, int) {}

// Run does nothing.
func (*Runner) Run(uint64) {}
