package gotcg

import (
	"context"
	"fmt"
	"math"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/gdbstub"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// What a debugger may know and do beside: the optional parts of gdbstub.Target.

var (
	_ gdbstub.ObjectTarget      = (*target)(nil)
	_ gdbstub.FileTarget        = (*target)(nil)
	_ gdbstub.RestartTarget     = (*target)(nil)
	_ gdbstub.SyscallTarget     = (*target)(nil)
	_ gdbstub.SignalTarget      = (*target)(nil)
	_ gdbstub.ThreadEventTarget = (*target)(nil)
	_ gdbstub.MonitorTarget     = (*target)(nil)
	_ gdbstub.RegionTarget      = (*target)(nil)
	_ gdbstub.TLSTarget         = (*target)(nil)
	_ gdbstub.BaseTarget        = (*target)(nil)
)

// Objects implements gdbstub.ObjectTarget.
func (t *target) Objects() []string {
	if t.m.proc == nil {
		return []string{"siginfo"}
	}
	return []string{"auxv", "exec-file", "siginfo"}
}

// ReadObject implements gdbstub.ObjectTarget.
func (t *target) ReadObject(id gdbstub.ThreadID, object string) ([]byte, error) {
	switch object {
	case "auxv":
		return t.m.proc.Auxv(), nil
	case "exec-file":
		return []byte(t.m.proc.Exe()), nil
	}
	c, _ := t.d().byID(id)
	if c == nil {
		return nil, gdbstub.ErrThread
	}
	b := make([]byte, abi.SiginfoSize)
	c.d.signal().Encode(b)
	return b, nil
}

// WriteObject implements gdbstub.ObjectTarget.
func (t *target) WriteObject(id gdbstub.ThreadID, object string, offset int, data []byte) error {
	c, _ := t.d().byID(id)
	if object != "siginfo" || c == nil || offset+len(data) > abi.SiginfoSize {
		return fmt.Errorf("no %s to write to", object)
	}
	b := make([]byte, abi.SiginfoSize)
	c.d.signal().Encode(b)
	copy(b[offset:], data)
	c.d.info = abi.DecodeSiginfo(b)
	return nil
}

// signal is the signal the thread has stopped with: a SIGTRAP when it was for the debugger.
func (t *threadDebug) signal() *abi.Siginfo {
	if t.told || t.exc != nil && t.exc.Kind != cpu.ExcSyscall {
		return &t.info
	}
	return &abi.Siginfo{Signo: sigTRAP, Code: abi.SI_KERNEL}
}

// OpenFile implements gdbstub.FileTarget.
func (t *target) OpenFile(name string) (gdbstub.File, error) {
	if t.m.proc == nil {
		return nil, gdbstub.ErrUnsupported
	}
	return t.m.proc.Open(name)
}

// ReadLink implements gdbstub.FileTarget.
func (t *target) ReadLink(name string) (string, error) {
	if t.m.proc == nil {
		return "", gdbstub.ErrUnsupported
	}
	return t.m.proc.ReadLink(name)
}

// KeepAfterExit implements gdbstub.RestartTarget.
func (t *target) KeepAfterExit(keep bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep = keep
}

// Restart implements gdbstub.RestartTarget.
func (t *target) Restart(file string, args []string) (gdbstub.Stop, error) {
	d := t.d()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.m.proc == nil {
		return gdbstub.Stop{}, gdbstub.ErrUnsupported
	}
	d.on.Store(true)
	d.hold = true
	if err := d.halt(context.Background()); err != nil {
		return gdbstub.Stop{}, err
	}
	events := d.threadEvents
	d.threadEvents, d.gone = false, nil // the client does not hear of the old threads any more
	err := d.m.reload(file, args)
	d.threadEvents = events
	if err != nil {
		return gdbstub.Stop{}, err
	}
	// All translations are gone, and the breaks in them; the engine still has the addresses.
	d.drain()
	d.ended, d.killed, d.created = nil, false, true
	return gdbstub.Stop{Signal: sigTRAP, Thread: d.id(nil)}, nil
}

// CatchSyscalls implements gdbstub.SyscallTarget.
func (t *target) CatchSyscalls(on bool, numbers []int) {
	t.catchAll, t.catch = on && len(numbers) == 0, intSet(numbers)
}

// PassSignals implements gdbstub.SignalTarget.
func (t *target) PassSignals(signals []int) { t.pass = intSet(signals) }

func intSet(l []int) map[int]bool {
	s := map[int]bool{}
	for _, n := range l {
		s[n] = true
	}
	return s
}

// ThreadEvents implements gdbstub.ThreadEventTarget.
func (t *target) ThreadEvents(on bool) { t.threadEvents, t.gone = on, nil }

// LoadBase implements gdbstub.BaseTarget.
func (t *target) LoadBase() uint64 {
	if t.m.proc == nil {
		return 0
	}
	return t.m.proc.Base()
}

// Region implements gdbstub.RegionTarget.
func (t *target) Region(addr uint64) gdbstub.Region {
	gap := gdbstub.Region{Hi: math.MaxUint64}
	for _, r := range t.m.mem.Regions() {
		lo, hi := uint64(r.Start), uint64(r.Start)+r.Size-1
		switch {
		case addr < lo:
			gap.Hi = lo - 1
			return gap
		case addr <= hi:
			return gdbstub.Region{Lo: lo, Hi: hi, Mapped: true, Read: r.Perm&softmmu.R != 0, Write: r.Perm&softmmu.W != 0,
				Exec: r.Perm&softmmu.X != 0, Name: r.Name}
		}
		gap.Lo = hi + 1
	}
	return gap
}

// TLSAddress implements gdbstub.TLSTarget, for the variables of a static program: below the thread pointer on x86
// (variant II), above a header of 16 bytes on AArch64 (variant I). ELF Handling For Thread-Local Storage, 3.
func (t *target) TLSAddress(id gdbstub.ThreadID, offset, lm uint64) (uint64, error) {
	c, _ := t.d().byID(id)
	if c == nil {
		return 0, gdbstub.ErrThread
	}
	if t.m.proc == nil || lm != 0 || t.m.arch.Roles.TLS < 0 {
		return 0, fmt.Errorf("thread-local variables of this module are not known")
	}
	size, align, ok := t.m.proc.TLS()
	if !ok {
		return 0, fmt.Errorf("the program has no thread-local variables")
	}
	tp := c.ReadReg(t.m.arch.Roles.TLS)
	if t.m.cfg.Arch == AArch64 {
		return tp + (16+align-1)&^(align-1) + offset, nil
	}
	return tp - (size+align-1)&^(align-1) + offset, nil
}
