package gdbstub

import (
	"context"
	"errors"
	"io"
	"io/fs"
)

// ThreadID names a guest thread. In what a client sends, -1 is all and 0 any of them.
type ThreadID struct{ PID, TID int }

// matches tells whether id, which may have wildcards, names t.
func (id ThreadID) matches(t ThreadID) bool {
	return (id.PID <= 0 || id.PID == t.PID) && (id.TID <= 0 || id.TID == t.TID)
}

// Thread is a guest thread as listed.
type Thread struct {
	ID   ThreadID
	Name string
	// State says what it does, in a few words ("in futex(2)"); may be empty.
	State string
}

// Reg describes a register, by gdb's number.
type Reg struct {
	Name string
	Num  int
	// Bits is the width; values are little-endian, (Bits+7)/8 bytes.
	Bits int
	// Feature and Type are the target description's.
	Feature, Type string
	// Generic is lldb's name of its role: "pc", "sp", "fp", "flags", "arg1" ...
	Generic string
}

func (r *Reg) size() int { return (r.Bits + 7) / 8 }

// Info describes a guest. It does not change while a client is attached.
type Info struct {
	// Arch is gdb's name of the architecture ("i386:x86-64", "aarch64"), Triple lldb's, OSABI gdb's of
	// the system ("GNU/Linux", "none").
	Arch, Triple, OSABI string
	// Regs are in the order of their numbers.
	Regs []Reg
	// Expedite are the numbers of the registers that stop replies carry.
	Expedite []int
	// PointerSize is in bytes.
	PointerSize int
	// WatchBefore: a watchpoint stops before the instruction that hits it, not behind it. Watchpoints is how many
	// there can be.
	WatchBefore bool
	Watchpoints int
	// Created: the program was started for the client, which kills it when it quits; else it detaches.
	Created bool
}

// Target is a guest as the stub needs it. The stub calls its methods from one goroutine at a time, and, but
// for Info, Interrupt, Stops, Kill and Detach, only while the guest is stopped: between Attach or a received
// Stop, and Resume.
type Target interface {
	Info() Info
	// Attach stops the guest and tells where. It waits until it has stopped or ctx ends.
	Attach(ctx context.Context) (Stop, error)
	// Detach removes every breakpoint and catch, and lets the guest run without a debugger.
	Detach()
	// Kill ends the guest. No Stop follows.
	Kill()

	Threads() []Thread
	// ReadRegister copies a register to b, which is large enough, and returns its size in bytes.
	ReadRegister(t ThreadID, num int, b []byte) (int, error)
	WriteRegister(t ThreadID, num int, b []byte) error
	// ReadMemory and WriteMemory return how many bytes they copied. They ignore page permissions and have
	// no effect on devices.
	ReadMemory(addr uint64, b []byte) int
	WriteMemory(addr uint64, b []byte) int

	// Insert sets a breakpoint or watchpoint, or replaces the one with the same kind, address and size.
	// The error ErrUnsupported stands for a kind that the target lacks. Remove takes it away.
	Insert(b *Breakpoint) error
	Remove(kind BreakKind, addr uint64, size int) error

	// Resume lets the guest go on; one Stop will come out of Stops, unless Kill or Detach intervene.
	Resume(r Resume) error
	// Interrupt stops the guest soon (a Stop with signal SIGINT, or any other that came first).
	Interrupt()
	Stops() <-chan Stop
}

// ErrUnsupported is a target's answer to what it cannot do; the client is told that the packet does not exist.
var ErrUnsupported = errors.New("not supported")

// ErrThread is a target's answer to a thread id that it does not know.
var ErrThread = errors.New("no such thread")

// ActionKind is what a thread is to do.
type ActionKind uint8

const (
	// Hold: the thread stays stopped.
	Hold ActionKind = iota
	// Continue: it runs.
	Continue
	// Step: it executes one instruction, or one iteration of a repeated string instruction.
	Step
	// StepRange: it steps while its PC is in [Action.Lo, Action.Hi).
	StepRange
)

// Action is what threads are to do.
type Action struct {
	Thread ThreadID // may have wildcards
	Kind   ActionKind
	// Signal is delivered to the thread first, if not 0.
	Signal int
	Lo, Hi uint64
}

// Resume tells each thread what to do.
type Resume struct{ Actions []Action }

// For returns what thread t is to do: the first action that names it. A thread made later is asked for too.
func (r *Resume) For(t ThreadID) Action {
	for _, a := range r.Actions {
		if a.Thread.matches(t) {
			return a
		}
	}
	return Action{Thread: t, Kind: Hold}
}

// BreakKind is the number in Z packets.
type BreakKind uint8

// Kinds. gdb manual E.2.
const (
	SoftBreak BreakKind = iota
	HardBreak
	WatchWrite
	WatchRead
	WatchAccess
)

// Breakpoint is a break- or watchpoint.
type Breakpoint struct {
	Kind BreakKind
	Addr uint64
	// Size is the length watched in bytes; for breakpoints the kind of instruction, which nothing needs.
	Size int
	// Conditions: when there are some, only a hit that makes one of them true stops the guest.
	Conditions []Expr
}

// Wanted tells whether a hit stops the guest, by its conditions. One that cannot be evaluated is true: the
// client, which evaluates it too, has the last word.
func (b *Breakpoint) Wanted(m ExprMachine) bool {
	if len(b.Conditions) == 0 {
		return true
	}
	for _, c := range b.Conditions {
		if v, err := c.Eval(m); err != nil || v != 0 {
			return true
		}
	}
	return false
}

// What follows are interfaces that a Target may implement beside.

// ObjectTarget has objects for qXfer: "auxv", "exec-file", "siginfo" ("siginfo" can be written too, to
// change the signal that the thread has stopped with).
type ObjectTarget interface {
	// Objects names what there is.
	Objects() []string
	ReadObject(t ThreadID, object string) ([]byte, error)
	WriteObject(t ThreadID, object string, offset int, data []byte) error
}

// File is a file of the guest, open for reading.
type File interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// FileTarget opens files by the guest's names.
type FileTarget interface {
	OpenFile(name string) (File, error)
	ReadLink(name string) (string, error)
}

// RestartTarget can begin its program again.
type RestartTarget interface {
	// Restart loads the program anew and stops before its first instruction. An empty file is the same
	// program; args are without the program's name, nil: the same.
	Restart(file string, args []string) (Stop, error)
	// KeepAfterExit says that the client may Restart after the guest has ended.
	KeepAfterExit(keep bool)
}

// SyscallTarget can stop at system calls.
type SyscallTarget interface {
	// CatchSyscalls: all of them, those with the numbers, or none.
	CatchSyscalls(on bool, numbers []int)
}

// SignalTarget can do without stopping at signals.
type SignalTarget interface {
	// PassSignals says which signals the guest gets without a stop.
	PassSignals(signals []int)
}

// ThreadEventTarget can stop when threads begin and end.
type ThreadEventTarget interface {
	ThreadEvents(on bool)
}

// MonitorTarget executes the text of gdb's monitor command.
type MonitorTarget interface {
	// Monitor returns what is printed.
	Monitor(line string) string
}

// Region is a range of guest memory, of equal permissions. Hi is its last byte.
type Region struct {
	Lo, Hi            uint64
	Mapped            bool
	Read, Write, Exec bool
	Name              string
}

// RegionTarget knows what is mapped.
type RegionTarget interface {
	// Region returns the mapped region around addr, or the gap.
	Region(addr uint64) Region
}

// TLSTarget finds thread-local variables of the program.
type TLSTarget interface {
	// TLSAddress returns the address of offset in thread t's block of module lm's variables; lm 0 is the program.
	TLSAddress(t ThreadID, offset, lm uint64) (uint64, error)
}

// BaseTarget knows what was added to the program's addresses.
type BaseTarget interface {
	LoadBase() uint64
}
