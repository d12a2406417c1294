package linux

import (
	"bytes"

	"github.com/gotcg/gotcg/linux/abi"
)

// Args are a system call's six arguments as the guest's registers hold them.
type Args [6]uint64

// Int returns argument i as a C int.
func (a *Args) Int(i int) int { return int(int32(a[i])) }

// FD returns argument i as a file descriptor.
func (a *Args) FD(i int) int { return int(int32(a[i])) }

// Syscall is one row of an ABI's system call table.
type Syscall struct {
	Number  int
	Name    string
	Support Support
	// Note says what is missing from a Partial one.
	Note string

	fn func(*Task, *Args) (uint64, abi.Errno)
}

// Support says how much of a system call works.
type Support uint8

// Levels of support.
const (
	Unimplemented Support = iota // returns ENOSYS
	Partial
	Full
)

// String names the level.
func (s Support) String() string { return [...]string{"unimplemented", "partial", "full"}[s%3] }

// syscall does the system call the guest's registers describe. A call left with an internal errno is
// done again, by this Run or the next, unless a signal handler comes in between: see interruptedCall.
func (t *Task) syscall() {
	r := &t.cpu.Arch().Roles
	a := &t.args
	var nr uint64
	if t.calls != nil {
		nr = t.calls.ReadCall(a)
	} else {
		nr = t.cpu.ReadReg(r.SyscallNr)
		for i, n := range r.SyscallArg {
			a[i] = t.cpu.ReadReg(n)
		}
	}
	v, e := t.dispatch(nr, a)
	if internal(e) {
		t.again, t.againPC = e, t.cpu.ReadReg(r.PC)
		return
	}
	t.saved = savedWait{}
	if t.ended || t.p.exit.Load() != nil {
		return
	}
	t.cpu.WriteReg(r.SyscallRet, e.Result(v))
}

// redo does again the call that was left, unless somebody has moved the PC meanwhile.
func (t *Task) redo() {
	pc := t.cpu.ReadReg(t.cpu.Arch().Roles.PC)
	if pc != t.againPC {
		t.again, t.saved = 0, savedWait{}
		return
	}
	t.saved.redo = true
	t.again = 0
	t.syscall()
}

// interruptedCall settles a call that was left, before a signal's handler is entered: it fails with
// EINTR, or the PC goes back to the instruction so that the handler returns to it. restart tells
// whether the handler has SA_RESTART. signal(7).
func (t *Task) interruptedCall(restart bool) {
	e := t.again
	if e == 0 {
		return
	}
	t.again, t.saved = 0, savedWait{}
	r := &t.cpu.Arch().Roles
	pc := t.cpu.ReadReg(r.PC)
	if pc != t.againPC {
		return
	}
	if e == abi.ERESTARTNOINTR || e == abi.ERESTARTSYS && restart {
		// Number and arguments are still in their registers.
		t.cpu.WriteReg(r.PC, pc-t.p.abi.SyscallInsnLen())
		return
	}
	v, errno := t.tellResult(0, abi.EINTR)
	t.cpu.WriteReg(r.SyscallRet, errno.Result(v))
}

// internal tells whether e never reaches the guest.
func internal(e abi.Errno) bool {
	return e == abi.ERESTARTSYS || e == abi.ERESTARTNOINTR || e == abi.ERESTARTNOHAND || e == abi.ERESTART_RESTARTBLOCK
}

// dispatch runs the handler of system call nr.
func (t *Task) dispatch(nr uint64, a *Args) (v uint64, e abi.Errno) {
	p := t.p
	if p.abi == abi.X64 {
		nr = uint64(uint32(nr)) // the kernel looks at eax only
	}
	s := p.sys.row(nr)
	w, ev := t.watcher(WatchSyscalls), &t.event
	if w != nil {
		*ev = SyscallEvent{Number: nr, Name: p.abi.SyscallName(nr), Args: *a}
		t.told = true
		w.Syscall(t, ev)
	}
	var tr *tracer
	if p.cfg.Strace != nil {
		tr = t.traceEnter(nr, s, a)
	}
	switch {
	case w != nil && ev.Skip:
		v = ev.Ret
	case s == nil:
		p.unimp("system call number %d", nr)
		e = abi.ENOSYS
	case s.fn == nil:
		p.unimp("system call %s (%d)", s.Name, nr)
		e = abi.ENOSYS
	default:
		v, e = s.fn(t, a)
	}
	if len(t.pins) > 0 {
		t.unpin()
	}
	if tr != nil {
		tr.exit(v, e)
	}
	if !internal(e) && !t.ended && p.exit.Load() == nil {
		v, e = t.tellResult(v, e)
	}
	return v, e
}

// copyIn reads len(b) bytes at guest address a.
func (t *Task) copyIn(a uint64, b []byte) abi.Errno {
	if _, f := t.p.as.Read(t.user().at(a), b); !f.OK() {
		return abi.EFAULT
	}
	return 0
}

// copyOut writes b at guest address a.
func (t *Task) copyOut(a uint64, b []byte) abi.Errno {
	if _, f := t.p.as.Write(t.user().at(a), b); !f.OK() {
		return abi.EFAULT
	}
	return 0
}

// copyOutOpt writes b at a unless a is NULL.
func (t *Task) copyOutOpt(a uint64, b []byte) abi.Errno {
	if a == 0 {
		return 0
	}
	return t.copyOut(a, b)
}

// readString reads a NUL-terminated string of less than limit bytes at guest address a;
// tooLong is the error for a longer one.
func (t *Task) readString(a uint64, limit int, tooLong abi.Errno) (string, abi.Errno) {
	var s []byte
	for len(s) < limit {
		// Up to the page's end: the string may end on the last mapped byte.
		var chunk [256]byte
		n := min(int(abi.PageSize-a%abi.PageSize), len(chunk), limit-len(s))
		if e := t.copyIn(a, chunk[:n]); e != 0 {
			return "", e
		}
		if i := bytes.IndexByte(chunk[:n], 0); i >= 0 {
			if s == nil { // nearly always
				return string(chunk[:i]), 0
			}
			return string(append(s, chunk[:i]...)), 0
		}
		s = append(s, chunk[:n]...)
		a += uint64(n)
	}
	return "", tooLong
}

// readPath reads a path name argument.
func (t *Task) readPath(a uint64) (string, abi.Errno) {
	return t.readString(a, abi.PATH_MAX, abi.ENAMETOOLONG)
}

func (t *Task) readU32(a uint64) (uint32, abi.Errno) {
	var b [4]byte
	e := t.copyIn(a, b[:])
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24, e
}

func (t *Task) readU64(a uint64) (uint64, abi.Errno) {
	var b [8]byte
	if e := t.copyIn(a, b[:]); e != 0 {
		return 0, e
	}
	return getU64(b[:]), 0
}

func (t *Task) writeU32(a uint64, v uint32) abi.Errno {
	return t.copyOut(a, []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)})
}

func (t *Task) writeU64(a, v uint64) abi.Errno {
	var b [8]byte
	putU64(b[:], v)
	return t.copyOut(a, b[:])
}
