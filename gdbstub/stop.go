package gdbstub

import "fmt"

// StopKind tells why the guest stopped.
type StopKind uint8

const (
	// StopSignal: a signal (Stop.Signal) is about to be delivered, or just the signal that says what
	// happened: SIGTRAP after a step, SIGINT after an interrupt, 0 when nothing did (attached).
	StopSignal StopKind = iota
	// StopBreak: a breakpoint; the instruction has not run. Hard says of which kind.
	StopBreak
	// StopWatch: a watchpoint (Stop.Watch) by an access at Stop.Addr.
	StopWatch
	// StopSyscallEntry and StopSyscallReturn: before and after system call Stop.Number.
	StopSyscallEntry
	StopSyscallReturn
	// StopThreadCreate: the thread is new and has not run. StopThreadExit: it has ended, with Stop.Code.
	StopThreadCreate
	StopThreadExit
	// StopExited: the process ended with status Stop.Code. StopKilled: it was killed by Stop.Signal.
	StopExited
	StopKilled
	// StopNoResumed: no thread that was let go is left.
	StopNoResumed
)

// Stop is why the guest stopped, as a value.
type Stop struct {
	Kind   StopKind
	Thread ThreadID
	Signal int // the guest's number
	Hard   bool
	Watch  BreakKind
	Addr   uint64
	Number int
	Code   int
}

// Ended tells whether the guest is no more.
func (s Stop) Ended() bool { return s.Kind == StopExited || s.Kind == StopKilled }

const sigTRAP = 5

// appendStop appends the stop reply for s. gdb manual E.3.
func (c *session) appendStop(b []byte, s Stop) []byte {
	switch s.Kind {
	case StopExited:
		b = fmt.Appendf(b, "W%02x", s.Code&0xff)
		return c.appendProcess(b, s)
	case StopKilled:
		b = fmt.Appendf(b, "X%02x", c.wireSignal(s.Signal))
		return c.appendProcess(b, s)
	case StopThreadExit:
		b = fmt.Appendf(b, "w%02x;", s.Code&0xff)
		return c.appendThread(b, s.Thread)
	case StopNoResumed:
		return append(b, 'N')
	}
	sig := s.Signal
	if s.Kind != StopSignal {
		sig = sigTRAP
	}
	b = fmt.Appendf(b, "T%02x", c.wireSignal(sig))
	switch s.Kind {
	case StopBreak:
		switch {
		case s.Hard && c.feature["hwbreak"]:
			b = append(b, "hwbreak:;"...)
		case !s.Hard && c.feature["swbreak"]:
			b = append(b, "swbreak:;"...)
		}
	case StopWatch:
		b = fmt.Appendf(b, "%s:%x;", map[BreakKind]string{WatchWrite: "watch", WatchRead: "rwatch", WatchAccess: "awatch"}[s.Watch], s.Addr)
	case StopSyscallEntry:
		b = fmt.Appendf(b, "syscall_entry:%x;", s.Number)
	case StopSyscallReturn:
		b = fmt.Appendf(b, "syscall_return:%x;", s.Number)
	case StopThreadCreate:
		b = append(b, "create:;"...)
	}
	b = append(b, "thread:"...)
	b = c.appendThread(b, s.Thread)
	b = append(b, ';')
	return c.appendExpedited(b, s)
}

// appendExpedited appends registers that the client would ask for at once, and, for lldb, the reason.
func (c *session) appendExpedited(b []byte, s Stop) []byte {
	for _, n := range c.info.Expedite {
		var v [64]byte
		size, err := c.srv.Target.ReadRegister(s.Thread, n, v[:])
		if err != nil {
			continue
		}
		b = fmt.Appendf(b, "%02x:", n)
		b = appendHex(b, v[:size])
		b = append(b, ';')
	}
	if !c.lldb {
		return b
	}
	if c.listThreads {
		b = append(b, "threads:"...)
		for i, t := range c.srv.Target.Threads() {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.appendThread(b, t.ID)
		}
		b = append(b, ';')
	}
	reason := "signal"
	switch {
	case s.Kind == StopBreak:
		reason = "breakpoint"
	case s.Kind == StopWatch:
		return fmt.Appendf(b, "reason:watchpoint;description:%x;", fmt.Appendf(nil, "%d 0 %d", s.Addr, s.Addr))
	case s.Kind == StopSignal && s.Signal == sigTRAP:
		reason = "trace"
	}
	return append(append(append(b, "reason:"...), reason...), ';')
}

// appendProcess appends the process to an exit reply.
func (c *session) appendProcess(b []byte, s Stop) []byte {
	if c.feature["multiprocess"] {
		return fmt.Appendf(b, ";process:%x", s.Thread.PID)
	}
	return b
}

// appendThread appends a thread id as this client knows them.
func (c *session) appendThread(b []byte, id ThreadID) []byte {
	if c.feature["multiprocess"] {
		return fmt.Appendf(b, "p%x.%x", id.PID, id.TID)
	}
	return fmt.Appendf(b, "%x", id.TID)
}
