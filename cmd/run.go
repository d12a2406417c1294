package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/internal/rest"
)

// runOptions are run's flags.
type runOptions struct {
	items, logFile, dfilter    string
	env                        []string
	accel, mem, sysroot, argv0 string
	tier2                      string
	strace, stats, perfMap     bool
	gdb                        gdbOptions
	cfg                        gotcg.Config
}

func newRunCmd(sio stdio) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [flags] IMAGE [ARGUMENT...]",
		Short: "run a statically linked Linux program",
		Long: `run executes a statically linked x86-64 or AArch64 Linux program. Flags before IMAGE are gotcg's, all that
follows it is the program's. The program's exit status is gotcg's; 128 + the signal's number when a signal killed it.`,
		Example: `  gotcg run ./hello
  gotcg run --plugin insn-count --plugin mem,track=w ./hello
  gotcg run --strace -E LANG=C busybox-arm64 ls -l /
  gotcg run -d in_asm,op,out_asm -D log ./hello`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && o.items != "help" {
				return fmt.Errorf("run needs the program's file name")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, sio, args) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringVarP(&o.items, "debug", "d", "", "log these items, comma-separated (-d help lists them)")
	f.StringVarP(&o.logFile, "log-file", "D", "", "write the log to this file, not to standard error")
	f.StringVar(&o.dfilter, "dfilter", "", "log only code in these address ranges: LO..HI or LO+LEN, comma-separated")
	f.VarP((*listFlag)(&o.env), "env", "E", "set (NAME=VALUE) or unset (NAME) a variable of the program's environment")
	f.StringVar(&o.argv0, "argv0", "", "the program's argv[0]")
	f.StringVar(&o.sysroot, "sysroot", "", "host directory that the program sees as /")
	f.StringVar(&o.accel, "accel", "auto", "executor: jit, interp, or auto: jit but for code that runs a few times only")
	f.StringVar(&o.mem, "mem", "auto", "guest memory: direct, tlb, or auto: direct where addresses are not scarce")
	f.Var((*listFlag)(&o.cfg.Plugins), "plugin", "load a plugin: NAME or NAME,KEY=VALUE,..., a comma in a value doubled (gotcg plugins lists them)")
	f.BoolVar(&o.strace, "strace", false, "log the program's system calls")
	f.BoolVar(&o.cfg.AllowKill, "allow-kill", false, "let the program signal other processes")
	f.BoolVar(&o.stats, "stats", false, "count what is executed, and print that and the engine's counters at the end")
	f.BoolVar(&o.perfMap, "perf-map", false, "write /tmp/perf-PID.map, so that perf names the program's functions")
	f.BoolVar(&o.cfg.Lockstep, "lockstep", false, "run every block on the interpreter too and compare")
	f.BoolVar(&o.cfg.Verify, "verify", false, "check the IR of every block")
	f.BoolVar(&o.cfg.OneInsnPerTB, "one-insn-per-tb", false, "translate one instruction a block")
	f.StringVar(&o.tier2, "tier2", "", "make better code of blocks begun this many times (1: at once), or off: never")
	f.IntVar(&o.cfg.InjectFlush, "inject-flush", 0, "for tests: forget translations at one of this many block look-ups")
	f.StringVar(&o.cfg.Opt, "opt", "", "switch optimizer passes: -NAME one off, NAME one on, none or all; comma-separated")
	f.StringVarP(&o.gdb.wait, "gdb", "g", "", "wait for gdb or lldb at HOST:PORT, PORT, the path of a unix socket, or - (standard files)")
	f.StringVar(&o.gdb.listen, "gdb-listen", "", "let gdb or lldb attach at this address, while the program runs")
	return cmd
}

// config completes the machine's configuration. The log writer is closed by the caller.
func (o *runOptions) config(sio stdio, args []string) (log io.WriteCloser, err error) {
	c := &o.cfg
	switch o.accel {
	case "auto":
	case "jit":
		c.Accel = gotcg.JIT
	case "interp":
		c.Accel = gotcg.Interp
	default:
		return nil, fmt.Errorf("--accel %q: want auto, jit or interp", o.accel)
	}
	switch o.mem {
	case "auto":
	case "direct":
		c.Mem = gotcg.Direct
	case "tlb":
		c.Mem = gotcg.TLB
	default:
		return nil, fmt.Errorf("--mem %q: want auto, direct or tlb", o.mem)
	}
	switch n, err := strconv.Atoi(o.tier2); {
	case o.tier2 == "":
	case o.tier2 == "off":
		c.Tier2 = -1
	case err != nil || n < 1:
		return nil, fmt.Errorf("--tier2 %q: want a number from 1 on, or off", o.tier2)
	default:
		c.Tier2 = n
	}
	for _, e := range o.env {
		if e == "" || e[0] == '=' {
			return nil, fmt.Errorf("-E %q: want NAME=VALUE or NAME", e)
		}
	}
	if c.InjectFlush < 0 {
		return nil, fmt.Errorf("--inject-flush %d: want a number of block look-ups", c.InjectFlush)
	}
	// Go 1.26 puts its heap at a random address: 2^46 bytes in one piece are not always left beside it. Where
	// even these are not, or ulimit -v rations them, it is fewer.
	c.AddressBits = 45
	c.Args = append([]string{args[0]}, args[1:]...)
	if o.argv0 != "" {
		c.Args[0] = o.argv0
	}
	c.Env, c.Sysroot = environ(os.Environ(), o.env), o.sysroot
	c.LogItems, c.LogFilter = o.items, o.dfilter
	c.Log, log = sio.err, nopCloser{sio.err}
	if o.logFile != "" {
		file, err := os.Create(o.logFile)
		if err != nil {
			return nil, err
		}
		b := &bufferedFile{w: bufio.NewWriterSize(file, 1<<16), f: file}
		c.Log, log = b, b
	}
	if items, err := debuglog.Parse(o.items); err == nil && items&debuglog.Strace != 0 || o.strace {
		c.Strace = c.Log
	}
	return log, nil
}

// moreProcessors gives Go more processors when the guest has as many threads as there are. Guest threads that
// compute each keep one. With no more of those than the host has, Go's scheduler would make them take turns of
// 10 ms; with more, the host's does.
func moreProcessors(threads int) {
	now, most := runtime.GOMAXPROCS(0), max(16, 4*runtime.NumCPU())
	if n := min(most, max(2*now, threads+2)); threads+1 >= now && n > now {
		runtime.GOMAXPROCS(n)
	}
}

func (o *runOptions) run(cmd *cobra.Command, sio stdio, args []string) (err error) {
	if o.items == "help" {
		fmt.Fprint(cmd.OutOrStdout(), debuglog.Help())
		return nil
	}
	log, err := o.config(sio, args)
	if err != nil {
		return err
	}
	defer func() {
		if e := log.Close(); e != nil { // what is not in the log is told; the program's own status stands
			fmt.Fprintf(sio.err, "gotcg: log: %s\n", oneLine(e))
			if err == nil {
				err = exitStatus(1)
			}
		}
	}()
	more := os.Getenv("GOMAXPROCS") == ""
	o.cfg.OnThread = func(threads int) {
		rest.End() // threads that wait are to give their processors to others
		if more {
			moreProcessors(threads)
		}
	}
	signals := hostSignals()
	defer signals.stop()
	o.cfg.Ignored, o.cfg.OnStop = signals.ignored, stopSelf
	o.cfg.Count = o.stats
	if o.perfMap {
		o.cfg.PerfMap = fmt.Sprintf("/tmp/perf-%d.map", os.Getpid())
	}
	if err := o.gdb.config(&o.cfg); err != nil {
		return err
	}
	m, err := gotcg.Load(args[0], o.cfg)
	if err != nil {
		return err
	}
	stub, err := o.gdb.serve(cmd.Context(), m, sio)
	if err != nil {
		return errors.Join(err, m.Close())
	}
	exit, err := signals.run(cmd.Context(), m, func(killer syscall.Signal) {
		stub()
		m.ClosePlugins()
		_ = log.Close()
		os.Exit(128 + int(killer))
	})
	stub()
	defer o.leave(m, sio)
	if err != nil {
		return err
	}
	if o.stats {
		m.Stats().Print(log)
	}
	if exit.Kind == gotcg.Signaled && exit.Signal != int(syscall.SIGINT) && exit.Signal != int(syscall.SIGPIPE) { // of which shells say nothing either
		fmt.Fprintf(sio.err, "gotcg: %s\n", exit)
	}
	if exit.Code != 0 {
		return exitStatus(exit.Code)
	}
	return nil
}

// leave ends the machine: plugins print what they have. The memory of guest and code is left to the end of the process, which
// frees it for half the time.
func (o *runOptions) leave(m *gotcg.Machine, sio stdio) {
	if !o.perfMap {
		m.ClosePlugins()
		return
	}
	if err := m.Close(); err != nil {
		fmt.Fprintf(sio.err, "gotcg: %s\n", oneLine(err))
	}
}

// listFlag is a flag that may be given several times. pflag's StringArray makes a CSV writer to print each one's empty default, in
// every run.
type listFlag []string

func (l *listFlag) Set(s string) error { *l = append(*l, s); return nil }
func (l *listFlag) Type() string       { return "stringArray" }
func (l *listFlag) String() string     { return strings.Join(*l, " ") }

// environ applies NAME=VALUE and NAME to an environment.
func environ(env, changes []string) []string {
	for _, c := range changes {
		name, _, set := strings.Cut(c, "=")
		kept := env[:0:0]
		for _, e := range env {
			if !strings.HasPrefix(e, name+"=") {
				kept = append(kept, e)
			}
		}
		if env = kept; set {
			env = append(env, c)
		}
	}
	return env
}

// oneLine is the error on one line, without the prefix the command puts there itself.
func oneLine(err error) string {
	s := strings.TrimPrefix(err.Error(), "gotcg: ")
	return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ")
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// bufferedFile is a log file; what a crash loses is bounded by the buffer. Any goroutine may write: the engine's log and the
// trace of system calls come from several.
type bufferedFile struct {
	mu sync.Mutex
	w  *bufio.Writer
	f  *os.File
}

func (b *bufferedFile) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.w.Write(p)
}

func (b *bufferedFile) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.w.Flush()
	if e := b.f.Close(); err == nil {
		err = e
	}
	return err
}
