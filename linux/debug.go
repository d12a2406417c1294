package linux

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// What a debugger asks of a process. None of it may be used while a Run is under way, but for Kill and
// OpenMapped.

// Tracer is a debugger's part in a process. ptrace(2).
type Tracer interface {
	// Signal is asked before a signal that somebody has sent is delivered to the task of CPU c, and may change
	// it. When the answer is TraceStop it is asked again in the next Run, with the same signal.
	Signal(c CPU, info *abi.Siginfo) TraceVerdict
}

// TraceVerdict is what becomes of a signal.
type TraceVerdict uint8

// Verdicts.
const (
	TraceDeliver TraceVerdict = iota
	TraceDrop
	TraceStop // the Run pauses, with the signal not delivered
)

// takeSignal takes the next signal to deliver: the one that a debugger has stopped the task with, or a pending one.
func (t *Task) takeSignal() (abi.Siginfo, bool) {
	if h := t.sig.held; h != nil {
		t.sig.held = nil
		return *h, true
	}
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	return t.dequeue(^t.sig.mask | unblockable)
}

// traced asks the debugger about a signal, and keeps it when the task is to stop.
func (t *Task) traced(info *abi.Siginfo) TraceVerdict {
	if t.p.cfg.Tracer == nil || abi.Signal(info.Signo) == abi.SIGKILL {
		return TraceDeliver
	}
	v := t.p.cfg.Tracer.Signal(t.cpu, info)
	if v == TraceStop {
		held := *info
		t.sig.held = &held
		t.work.Store(true) // the next Run looks at it first
		t.p.Interrupt()
	}
	return v
}

// Signal sends the task a signal, as tgkill(2) from outside would.
func (t *Task) Signal(s abi.Signal) { t.send(s) }

// FaultOf returns the signal that exception x becomes.
func (p *Process) FaultOf(x cpu.Exception) abi.Siginfo {
	f := faultSignal(p.abi, x)
	return f.info()
}

// Kill ends the process as SIGKILL does; a Run under way returns. Any goroutine may call it.
func (p *Process) Kill() {
	p.setExit(Exit{Code: 128 + int(abi.SIGKILL), Signal: abi.SIGKILL})
}

// Image returns the program.
func (p *Process) Image() *Image { return p.img }

// Exe returns the program's path as the guest sees it.
func (p *Process) Exe() string { return p.cfg.Exe }

// Auxv returns the auxiliary vector that the program got.
func (p *Process) Auxv() []byte { return p.auxv }

// TLS returns size and alignment of the program's thread-local variables as linked: the PT_TLS segment.
func (p *Process) TLS() (size, align uint64, ok bool) {
	if l := p.img.TLS; l != nil {
		return l.Size, l.Align, true
	}
	return 0, 0, false
}

// Open opens a file for reading by the guest's name for it, below the sysroot. Files of /proc/PID that describe
// the guest are those that the guest sees.
func (p *Process) Open(name string) (*os.File, error) { return p.openForDebugger(name) }

// OpenMapped opens the host's file behind a mapping of that name, device and inode (softmmu.Info), for reading. It
// fails when another file, or anything but a regular one, is there by now.
func (p *Process) OpenMapped(m softmmu.Info) (*os.File, error) {
	path := p.img.Path
	if m.Name != p.cfg.Exe {
		path = filepath.Join(p.cfg.Sysroot, m.Name)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO does not block
	if err != nil {
		return nil, err
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s: no regular file", path), err, f.Close())
	}
	if dev, ino := fileIdent(f); dev != m.Dev || ino != m.Ino {
		return nil, errors.Join(fmt.Errorf("%s: another file", path), f.Close())
	}
	return f, nil
}

// ReadLink reads a symbolic link by the guest's name for it.
func (p *Process) ReadLink(name string) (string, error) { return p.linkForDebugger(name) }

// Busy tells whether the task has something to do before its next instruction: a signal, a call to take up again.
func (t *Task) Busy() bool {
	return t.work.Load() || t.again != 0 || t.sig.held != nil || t.sig.forced != nil
}

// LeftCall tells whether the task was stopped inside a system call that it will take up again, and where
// the call's instruction is. To a debugger the PC is there, as Linux has it (ERESTARTNOINTR).
func (t *Task) LeftCall() (pc uint64, ok bool) {
	pc = t.cpu.ReadReg(t.cpu.Arch().Roles.PC)
	if t.again == 0 || pc != t.againPC {
		return 0, false
	}
	return pc - t.p.abi.SyscallInsnLen(), true
}

// Rewind goes back to the instruction of the call that was left, so that the registers may be changed and put
// back. A wait's time begins anew then.
func (t *Task) Rewind() {
	if pc, ok := t.LeftCall(); ok {
		t.again, t.saved = 0, savedWait{}
		t.cpu.WriteReg(t.cpu.Arch().Roles.PC, pc)
	}
}
