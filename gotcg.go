// Package gotcg runs x86-64 and AArch64 machine code by dynamic translation, with instrumentation
// translated into it. A Machine is one guest: New makes one for raw code, Load one for a Linux
// program.
//
//	m, err := gotcg.Load("testdata/elf/bin/primes.a64", gotcg.Config{Args: []string{"primes", "1000"}})
//	...
//	defer m.Close()
//	exit, err := m.Run(ctx)
//	fmt.Println(exit.Code)
//
// A Machine is used by one goroutine at a time, but for Stop, Signal and Hook.Remove. Machines run concurrently in one
// process, up to 256 that have the JIT. There is no global state but the registry of plugins.
//
// # Hooks
//
// Hooks and plugins are called while Run is under way, on its goroutine, or that of the guest's thread. They observe: what
// is true at that moment is in their arguments, and in the [CPU] they are given. A Machine's PC and registers are those of
// the last time Run returned, or something in between; what SetReg and SetPC set from a hook may be lost. ReadMem,
// WriteMem, Flush, Stop, and adding and removing hooks and plugins do what they always do; Run and Close are errors. To change
// registers, end the Run there with [Until], and Run again. A panic of a hook comes out of Run.
package gotcg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/instrument"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/linux"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// Machine is one guest: memory, vCPUs, translated code and, for a program, its process.
type Machine struct {
	cfg  Config
	arch *cpu.Arch
	mem  *softmmu.AddressSpace
	eng  *tcg.Engine
	// vcpu is the one of raw code, or of the program's first thread.
	vcpu *tcg.VCPU
	proc *linux.Process // nil for raw code
	log  *debuglog.Log

	limit int64 // of the Run under way, for threads it starts
	// cur is the thread at which the last Run stopped, last how.
	mu   sync.Mutex
	cur  *thread // guarded by mu
	last tcg.Stop
	// until are the addresses the Run under way ends at; debug is the debugger's part.
	until map[uint64]bool
	debug debugger
	// set holds the plugins and hooks; hooks numbers the hooks.
	set   *instrument.Set
	hooks atomic.Int64
	begun bool // raw code has run
	// closed: only Close and what any goroutine may call still work.
	closed atomic.Bool
	// running: a Run is under way.
	running atomic.Bool
	// threads counts the threads of the program but the first.
	threads atomic.Int64
	perf    *perfMap
}

var (
	// errClosed is the answer to all that needs an open machine.
	errClosed = errors.New("gotcg: the machine is closed")
	// errRunning is the answer to what cannot be done from a hook.
	errRunning = errors.New("gotcg: a Run of the machine is under way")
)

// New makes a machine with empty memory, for code that the caller maps. The caller closes it.
func New(cfg Config) (*Machine, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	arch, err := cfg.Arch.cpu()
	if err != nil {
		return nil, err
	}
	log, err := cfg.log()
	if err != nil {
		return nil, err
	}
	mem, err := cfg.addressSpace()
	if err != nil {
		return nil, fmt.Errorf("gotcg: %w", err)
	}
	m := &Machine{cfg: cfg, arch: arch, mem: mem, log: log}
	m.set = instrument.NewSet((*host)(m), arch)
	maxInsns := 0
	if cfg.OneInsnPerTB {
		maxInsns = 1
	}
	tc := tcg.Config{
		Arch: arch, Mem: mem, Accel: cfg.Accel, CodeSize: cfg.CodeSize, MaxInsns: maxInsns, NoChain: cfg.NoChain,
		Opt: cfg.Opt, Verify: cfg.Verify, Lockstep: cfg.Lockstep, InjectFlush: cfg.InjectFlush, Count: cfg.Count, Tier2: cfg.Tier2, Instr: m.set, Log: log,
	}
	if cfg.PerfMap != "" {
		if m.perf, err = newPerfMap(m, cfg.PerfMap); err != nil {
			return nil, errors.Join(fmt.Errorf("gotcg: perf map: %w", err), mem.Close())
		}
		tc.CodeMap = m.perf
	}
	if m.eng, err = tcg.New(tc); err != nil {
		return nil, errors.Join(fmt.Errorf("gotcg: %w", err), m.perf.close(), mem.Close())
	}
	m.vcpu = m.eng.NewVCPU()
	m.debug.init(m)
	m.debug.main = &thread{m: m, v: m.vcpu}
	for _, p := range cfg.Plugins {
		if err := m.LoadPlugin(p); err != nil {
			return nil, errors.Join(err, m.eng.Close(), m.perf.close(), mem.Close())
		}
	}
	return m, nil
}

// Load makes a machine and loads the statically linked Linux program at path into it. The
// program's architecture takes the place of cfg.Arch. The caller closes it.
func Load(path string, cfg Config) (*Machine, error) {
	img, file, err := openImage(path)
	if err != nil {
		return nil, fmt.Errorf("gotcg: %w", err)
	}
	defer file.Close()
	cfg.Arch = X86_64
	if img.Arch == abi.A64 {
		cfg.Arch = AArch64
	}
	m, err := New(cfg)
	if err != nil {
		return nil, err
	}
	exe, err := filepath.Abs(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("gotcg: %w", err), m.Close())
	}
	if err := m.start(img, file, exe); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if m.log.On(debuglog.Page) {
		m.log.Printf("%s", m.proc.Maps())
	}
	return m, nil
}

// start loads the program, open as file, into the machine, whose memory is empty.
func (m *Machine) start(img *linux.Image, file *os.File, exe string) error {
	cfg := &m.cfg
	lc := linux.Config{
		File: file, Exe: exe,
		Args: cfg.Args, Env: cfg.Env, Dir: cfg.Dir, Sysroot: cfg.Sysroot, Stdin: cfg.Stdin, Stdout: cfg.Stdout, Stderr: cfg.Stderr,
		Strace: cfg.Strace, Unimp: m.logWriter(debuglog.Unimp), Watcher: (*watcher)(m),
	}
	cfg.linuxSignals(&lc)
	lc.Tracer = &m.debug
	p, err := linux.NewProcess(lc, img, m.mem, m.debug.main)
	if err != nil {
		return fmt.Errorf("gotcg: %w", err)
	}
	m.proc = p
	return nil
}

// logWriter returns the log as a writer when it takes the item, else nil.
func (m *Machine) logWriter(item debuglog.Item) io.Writer {
	if !m.log.On(item) {
		return nil
	}
	return (*logWriter)(m.log)
}

type logWriter debuglog.Log

func (l *logWriter) Write(b []byte) (int, error) {
	(*debuglog.Log)(l).Printf("%s", b)
	return len(b), nil
}

func openImage(path string) (img *linux.Image, f *os.File, err error) {
	f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO does not block
	if err != nil {
		return nil, nil, err
	}
	st, err := f.Stat()
	switch {
	case err != nil:
	case !st.Mode().IsRegular() && !st.IsDir(): // of which reading says what it is
		err = fmt.Errorf("%s: not a regular file", path)
	default:
		img, err = linux.ParseELF(f, st.Size(), path)
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return img, f, nil
}

// Close lets the plugins print their results and frees the machine's memory and code. While a Run is under way it is an
// error. A second Close does nothing; all else is an error after the first.
func (m *Machine) Close() error {
	if !m.running.CompareAndSwap(false, true) {
		return errRunning
	}
	defer m.running.Store(false)
	if m.closed.Swap(true) {
		return nil
	}
	m.ClosePlugins()
	if m.proc != nil {
		m.proc.Close()
	}
	return errors.Join(m.eng.Close(), m.mem.Close(), m.perf.close())
}

// RunOption bounds a Run.
type RunOption func(*runOptions)

type runOptions struct {
	limit int64
	until []uint64
}

// Limit ends the Run after n guest instructions, 0: at once; negative: there is no limit. Each thread counts its own; the
// first to have run n pauses all.
func Limit(n int64) RunOption { return func(o *runOptions) { o.limit = n } }

// Until ends the Run before the instruction at one of the addresses: the first thread to arrive pauses
// all. When a thread starts at one, that instruction runs. Given several times, all the addresses count.
func Until(addrs ...uint64) RunOption {
	return func(o *runOptions) { o.until = append(o.until, addrs...) }
}

// Run executes guest code from the PC on until the program ends, raw code raises an exception, an
// option's bound is met, Stop is called or ctx is done. The error is for failures of the host or
// of gotcg; whatever the guest does is an Exit. Of a program that has ended, every further Run returns the same Exit.
func (m *Machine) Run(ctx context.Context, opts ...RunOption) (Exit, error) {
	if !m.running.CompareAndSwap(false, true) {
		return Exit{}, errRunning
	}
	defer m.running.Store(false)
	if m.closed.Load() {
		return Exit{}, errClosed
	}
	o := runOptions{limit: -1}
	for _, f := range opts {
		f(&o)
	}
	for _, a := range o.until {
		m.eng.SetBreak(a)
		defer m.eng.ClearBreak(a)
	}
	m.debug.next(&o)
	for m.debug.begin(ctx) {
		x, err := m.execute(ctx)
		if !m.debug.end(ctx, &x, err) {
			return x, err
		}
	}
	return m.debug.exit(), nil
}

// prepare takes over what bounds a Run.
func (m *Machine) prepare(o *runOptions) {
	m.setLimit(o.limit)
	m.until = map[uint64]bool{}
	for _, a := range o.until {
		m.until[a] = true
	}
}

// execute runs the guest until it stops for whatever reason.
func (m *Machine) execute(ctx context.Context) (Exit, error) {
	m.cur, m.last = nil, tcg.Stop{Kind: tcg.StopInterrupt}
	if err := ctx.Err(); err != nil {
		return m.exit(), nil
	}
	if m.proc == nil {
		defer context.AfterFunc(ctx, m.debug.main.Interrupt)()
		if !m.begun {
			m.begun = true
			m.set.ThreadStart(m.vcpu.Env(), 0)
		}
		err := m.runRaw(ctx)
		return m.exit(), err
	}
	x, ended, err := m.proc.Run(ctx)
	if err != nil {
		return Exit{}, fmt.Errorf("gotcg: %w", err)
	}
	if !ended {
		return m.exit(), nil
	}
	m.cur = nil
	e := Exit{Kind: Exited, Code: x.Code, Signal: int(x.Signal), PC: m.PC()}
	if x.Signal != 0 {
		e.Kind, e.PC, e.Text = Signaled, x.PC, strings.TrimPrefix(x.String(), "guest killed by ")
	}
	return e, nil
}

// exit makes an Exit of what stopped the last Run.
func (m *Machine) exit() Exit {
	e := Exit{PC: m.PC(), Thread: m.Thread()}
	switch m.last.Kind {
	case tcg.StopException:
		e.Kind, e.Exception = Raised, m.last.Exc
	case tcg.StopBreak:
		e.Kind = UntilReached
	case tcg.StopLimit:
		e.Kind = LimitReached
	default:
		e.Kind = Stopped
	}
	return e
}

// Signal sends the program a signal, as kill(2) from another process would. Any goroutine may call it, also while
// no Run is under way. It reports whether the signal will kill the program: that is its default action, and
// nothing catches or ignores it.
func (m *Machine) Signal(signal int) (fatal bool) {
	return m.proc != nil && m.proc.Signal(abi.Signal(signal))
}

// Stop makes Run return soon, also out of a system call that blocks. Any goroutine may call it. When
// it comes while Run is returning anyway, it may end the next Run.
func (m *Machine) Stop() {
	m.debug.mu.Lock()
	m.debug.stopRun = true
	m.debug.cond.Broadcast()
	m.debug.mu.Unlock()
	m.interrupt()
}

// interrupt pauses the guest.
func (m *Machine) interrupt() {
	if m.proc == nil {
		m.debug.main.Interrupt()
		return
	}
	m.proc.Interrupt()
}
