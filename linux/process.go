package linux

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// ErrHost is the error of NewProcess where the host is not Linux.
var ErrHost = errors.New("linux: running Linux programs needs a Linux host")

// Config describes the process to make. The zero value runs a program with no environment
// on the standard files of the host process.
type Config struct {
	// File is the program, open for reading; nil: the Image's path is opened. It is not closed, and not used later.
	File *os.File
	// Exe is the program's absolute path as the guest sees it (/proc/self/exe); empty: the
	// Image's path. AT_EXECFN is the Image's path.
	Exe string
	// Args is argv, with the program's name first; empty: the Image's path alone.
	Args []string
	// Env is the environment, "NAME=value".
	Env []string
	// Sysroot is the host directory that the guest sees as "/"; empty: the host's root.
	// The guest cannot name anything outside it, except what it inherits.
	Sysroot string
	// Dir is the guest's working directory at the start; empty: the host process's, or "/"
	// under a Sysroot.
	Dir string
	// Stdin, Stdout and Stderr become the guest's descriptors 0 to 2; nil: the host process's.
	// They are not closed.
	Stdin, Stdout, Stderr *os.File
	// Strace receives one line per system call, in the manner of strace(1); nil: none.
	Strace io.Writer
	// Unimp receives one line for each system call or feature that the guest asks for and
	// gotcg lacks, once per process; nil: none.
	Unimp io.Writer
	// StackSize is the size of the main stack in bytes; 0: 8 MiB.
	StackSize uint64
	// Random, if set, is the source of AT_RANDOM and getrandom(2); nil: the host's.
	Random io.Reader
	// Tracer, if set, is a debugger.
	Tracer Tracer
	// Watcher, if set, is told what tasks do.
	Watcher Watcher
	// OnStop, if set, is called when a signal's default action stops the guest (SIGTSTP): what it does
	// instead, such as stopping the host process, is over when it returns. Other guest threads may run on
	// meanwhile. nil: the Run pauses.
	OnStop func(abi.Signal)
	// Ignored are the signals that the guest finds ignored at its start, as a set: bit n-1 is signal n.
	Ignored uint64
	// AllowKill lets the guest signal other processes of the host, as far as the host lets it. Without it
	// kill(2) knows no process but the guest.
	AllowKill bool
}

// Exit says how the guest ended.
type Exit struct {
	// Code is the exit status as a shell reports it: 128+Signal after a fatal signal.
	Code int
	// Signal is the signal that killed the guest, or 0. PC is where; for a fault Addr is the
	// address that was touched and HasAddr is set.
	Signal   abi.Signal
	PC, Addr uint64
	HasAddr  bool
	// Core is set when the signal's default action is to dump core. None is written.
	Core bool
	// Reason tells what made a synchronous signal ("read of unmapped memory").
	Reason string
}

// String describes the exit in one line.
func (e Exit) String() string {
	switch {
	case e.Signal == 0:
		return fmt.Sprintf("guest exited with status %d", e.Code)
	case e.HasAddr:
		return fmt.Sprintf("guest killed by %v at pc=%#x addr=%#x (%s)", e.Signal, e.PC, e.Addr, e.Reason)
	case e.Reason != "":
		return fmt.Sprintf("guest killed by %v at pc=%#x (%s)", e.Signal, e.PC, e.Reason)
	}
	return fmt.Sprintf("guest killed by %v at pc=%#x", e.Signal, e.PC)
}

// Process is a guest process: address space, files, signal dispositions and tasks.
type Process struct {
	cfg   Config
	img   *Image
	abi   abi.Arch
	as    *softmmu.AddressSpace
	mm    memMap
	fs    fsState
	sigs  signalState
	futex futexTable
	sys   *callTable
	pid   int

	auxv []byte // as the guest got it, for /proc/self/auxv
	base uint64 // what was added to the image's addresses

	umu    sync.Mutex
	unimps map[string]bool // guarded by umu: what was reported
	// out keeps the lines of Config.Strace whole.
	out sync.Mutex

	timers timers

	limMu  sync.Mutex
	limits [abi.RLIM_NLIMITS]abi.Rlimit // guarded by limMu

	// mu guards the tasks, the signals' state and the fields of a Run below.
	mu      sync.Mutex
	tasks   map[int]*Task // live ones by thread id
	leader  *Task         // the first task, alive or not
	running bool          // a Run is under way: new tasks start at once
	ctx     context.Context
	failure error // the first task's that could not go on

	threads    atomic.Int64 // tasks beside the first
	membarrier atomic.Bool  // the guest registered for private expedited barriers

	wg   sync.WaitGroup       // the goroutines of the Run under way
	stop atomic.Bool          // the Run is to pause; taken back when it has
	exit atomic.Pointer[Exit] // how the process ended, set once
	boom atomic.Pointer[any]  // a panic of a task's goroutine, for Run's caller
}

// NewProcess loads img into the empty address space as, sets c to its entry state and
// returns the process, ready to Run. The caller keeps as and closes it after Close.
func NewProcess(cfg Config, img *Image, as *softmmu.AddressSpace, c CPU) (*Process, error) {
	if len(cfg.Args) == 0 {
		cfg.Args = []string{img.Path}
	}
	if cfg.Exe == "" {
		var err error
		if cfg.Exe, err = filepath.Abs(img.Path); err != nil {
			return nil, fmt.Errorf("linux: %s: %w", img.Path, err)
		}
	}
	if real, err := filepath.EvalSymlinks(cfg.Exe); err == nil && cfg.Sysroot == "" {
		cfg.Exe = real // what /proc/self/exe points at has no links left
	}
	if cfg.StackSize == 0 {
		cfg.StackSize = defaultStack
	}
	p := &Process{cfg: cfg, img: img, abi: img.Arch, as: as, sys: syscallTable(img.Arch), unimps: map[string]bool{}}
	if c.Arch().ELFMachine != map[abi.Arch]uint16{abi.X64: emX64, abi.A64: emA64}[img.Arch] {
		return nil, fmt.Errorf("linux: %s: an %v program on an %s CPU", img.Path, img.Arch, c.Arch().Name)
	}
	p.pid = os.Getpid()
	p.tasks, p.ctx = map[int]*Task{}, context.Background()
	var err error
	if p.leader, err = p.newTask(c, p.pid, commName(img.Path), 0); err != nil {
		return nil, err
	}
	p.initLimits()
	p.initSignals()
	if err := p.fs.open(p); err != nil {
		p.leader.close()
		return nil, err
	}
	if err := p.load(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close ends the tasks that are left and closes the guest's files. The process can no longer Run.
func (p *Process) Close() {
	p.timers.close()
	for _, t := range p.Tasks() {
		t.close()
	}
	p.fs.close()
}

// ABI returns the guest's ABI.
func (p *Process) ABI() abi.Arch { return p.abi }

// PID returns the guest's process id, which is its first thread's id: the host process's.
func (p *Process) PID() int { return p.pid }

// Base returns what was added to the image's addresses: 0 unless it is position independent.
func (p *Process) Base() uint64 { return p.base }

// unimp reports, once, something the guest asked for that is not there.
func (p *Process) unimp(format string, args ...any) {
	if p.cfg.Unimp == nil {
		return
	}
	s := fmt.Sprintf(format, args...)
	p.umu.Lock()
	defer p.umu.Unlock()
	if !p.unimps[s] {
		p.unimps[s] = true
		fmt.Fprintf(p.cfg.Unimp, "gotcg: unimplemented: %s\n", s)
	}
}

// initLimits sets the resource limits of a fresh login.
func (p *Process) initLimits() {
	for i := range p.limits {
		p.limits[i] = abi.Rlimit{Cur: abi.RLIM_INFINITY, Max: abi.RLIM_INFINITY}
	}
	p.limits[abi.RLIMIT_STACK].Cur = p.cfg.StackSize
	p.limits[abi.RLIMIT_CORE].Cur = 0
	p.limits[abi.RLIMIT_NOFILE] = abi.Rlimit{Cur: 1024, Max: maxFDs}
	p.limits[abi.RLIMIT_MEMLOCK] = abi.Rlimit{Cur: 8 << 20, Max: 8 << 20}
	p.limits[abi.RLIMIT_NPROC] = abi.Rlimit{Cur: maxThreads, Max: maxThreads}
	p.limits[abi.RLIMIT_SIGPENDING] = abi.Rlimit{Cur: 1 << 15, Max: 1 << 15}
	p.limits[abi.RLIMIT_NICE] = abi.Rlimit{}
	p.limits[abi.RLIMIT_RTPRIO] = abi.Rlimit{}
}

// maxThreads is the initial limit of a guest's threads, RLIMIT_NPROC.
const maxThreads = 4096

// softLimit returns the soft limit of a resource.
func (p *Process) softLimit(res int) uint64 {
	p.limMu.Lock()
	defer p.limMu.Unlock()
	return p.limits[res].Cur
}

// commName is the process name the kernel derives from a path: the last element, 15 bytes.
func commName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			path = path[i+1:]
			break
		}
	}
	return path[:min(len(path), 15)]
}
