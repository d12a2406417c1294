package gotcg

import (
	"fmt"
	"io"
	"os"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/linux"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// Arch names a guest architecture. The zero value is X86_64 for New; Load takes it from the image.
type Arch uint8

const (
	// X86_64 is the 64-bit mode of x86.
	X86_64 Arch = iota
	// AArch64 is A64.
	AArch64
)

// String returns the architecture's name, as uname(1) prints it.
func (a Arch) String() string {
	switch a {
	case X86_64:
		return "x86_64"
	case AArch64:
		return "aarch64"
	}
	return fmt.Sprintf("Arch(%d)", uint8(a))
}

func (a Arch) cpu() (*cpu.Arch, error) {
	switch a {
	case X86_64:
		return x86.Arch, nil
	case AArch64:
		return arm64.Arch(), nil
	}
	return nil, fmt.Errorf("gotcg: unknown architecture %d", uint8(a))
}

// Accel says what executes guest code.
type Accel = tcg.Accel

// Executors. Auto is the JIT where the host has one.
const (
	Auto   = tcg.AccelAuto
	JIT    = tcg.AccelJIT
	Interp = tcg.AccelInterp
)

// MemMode says how guest memory is reached.
type MemMode = softmmu.Mode

// Memory modes. Direct maps guest pages onto host pages; TLB looks each page up and
// gives the guest all 64 bits of address. The zero MemMode is Direct where there is room for it, else TLB.
const (
	Direct = softmmu.Direct
	TLB    = softmmu.TLB
)

// Perm is a set of page permissions.
type Perm = softmmu.Perm

// Permissions.
const (
	R = softmmu.R
	W = softmmu.W
	X = softmmu.X
)

// Config says how a Machine works. The zero value is useful: an x86-64 guest under the JIT with
// directly mapped memory. It is a plain value; New and Load keep a copy.
type Config struct {
	Arch  Arch
	Accel Accel
	Mem   MemMode
	// AddressBits is the log2 of the guest's address range in bytes when its memory is mapped directly, or less
	// when the host process has no room for it: at least 32, and 36 unless Mem is Direct, which is TLB then. 0: 42,
	// so that about thirty machines fit into one process. At most 46.
	AddressBits uint
	// CodeSize is the size of the code buffer in bytes, at least 128 KiB (less is taken for that); 0: 64 MiB, or less (1 MiB)
	// where there is no room. When it is full, the oldest code makes room.
	CodeSize int
	// InjectFlush, for tests, forgets translations at one of that many block look-ups; 0: never.
	InjectFlush int
	// Tier2 is how often a block is begun until it is translated once more, with those that follow it, into better
	// code; 0: a number that serves most programs, negative: never. The number counts on its own: what is
	// translated when does not depend on the time.
	Tier2 int
	// OneInsnPerTB ends every block after one instruction; NoChain returns to Go between blocks;
	// Verify checks each block's IR; Lockstep runs every block on the interpreter too and compares.
	// All cost speed.
	OneInsnPerTB, NoChain, Verify, Lockstep bool
	// Opt switches optimizer passes: "-NAME" one off, "none" all, comma-separated; empty: all on.
	Opt string
	// Log receives what LogItems names (the items of -d, comma-separated), and what plugins print; nil: standard error. It
	// is written to by one goroutine at a time, unless it is Strace, too.
	Log      io.Writer
	LogItems string
	// LogFilter limits what is logged of translated code to address ranges: LO..HI or LO+LEN,
	// comma-separated.
	LogFilter string

	// Count makes the program count the instructions and blocks it executes, for Stats. It costs some 10 %.
	Count bool
	// PerfMap is a file to tell perf(1) which guest function generated code is of: perf looks for
	// /tmp/perf-PID.map of the process. Its directory must be writable. Empty: none.
	PerfMap string

	// Plugins are loaded before the first instruction: "name" or "name,key=value,..." (LoadPlugin).
	Plugins []string

	// Args is argv; empty: the image's path. Env is the environment, "NAME=value"; the host's is not passed on by itself. These
	// and the fields that follow are for programs (Load).
	Args, Env []string
	// Stdin, Stdout and Stderr are the guest's descriptors 0 to 2; nil: the host process's.
	Stdin, Stdout, Stderr *os.File
	// Dir is the program's working directory; empty: the host process's, or "/" under a Sysroot.
	Dir string
	// Sysroot is the host directory that the guest sees as "/"; empty: the host's root.
	Sysroot string
	// Strace receives a line per system call; nil: none. It is written to by one goroutine at a time.
	Strace io.Writer
	// OnStop is called, on the goroutine of one of the program's threads, when the default action of a signal
	// (SIGTSTP and its kin) stops the program; the program goes on when it returns. nil: the Run ends with
	// Stopped, and the next one goes on.
	OnStop func(signal int)
	// OnThread is called, on the goroutine of the thread that makes it, when the program makes another thread;
	// live is how many it has with that one.
	OnThread func(live int)
	// Ignored are the signals that the program finds ignored at its start, as after nohup(1).
	Ignored []int
	// AllowKill lets the program signal other processes of the host, as far as the host lets this one. Without
	// it kill(2) reaches nothing but the program itself.
	AllowKill bool
}

// linuxSignals sets what of the configuration of a process is about signals.
func (c *Config) linuxSignals(l *linux.Config) {
	l.AllowKill = c.AllowKill
	if f := c.OnStop; f != nil {
		l.OnStop = func(s abi.Signal) { f(int(s)) }
	}
	for _, s := range c.Ignored {
		if s > 0 && s <= abi.NSIG {
			l.Ignored |= 1 << (s - 1)
		}
	}
}

// check refuses what has no meaning.
func (c *Config) check() error {
	switch {
	case c.Accel > Interp:
		return fmt.Errorf("gotcg: unknown Accel %d", c.Accel)
	case c.Mem > TLB:
		return fmt.Errorf("gotcg: unknown MemMode %d", c.Mem)
	case c.CodeSize < 0:
		return fmt.Errorf("gotcg: a CodeSize of %d bytes", c.CodeSize)
	case c.InjectFlush < 0:
		return fmt.Errorf("gotcg: InjectFlush %d", c.InjectFlush)
	}
	return nil
}

func (c *Config) addressSpace() (*softmmu.AddressSpace, error) {
	return softmmu.New(softmmu.Config{Mode: c.Mem, Bits: c.AddressBits})
}

func (c *Config) log() (*debuglog.Log, error) {
	items, err := debuglog.Parse(c.LogItems)
	if err != nil {
		return nil, fmt.Errorf("gotcg: %w", err)
	}
	w := c.Log
	if w == nil {
		w = os.Stderr
	}
	l := debuglog.New(w, items)
	if l.Filter, err = debuglog.ParseRanges(c.LogFilter); err != nil {
		return nil, fmt.Errorf("gotcg: %w", err)
	}
	return l, nil
}
