package gdbstub

import (
	"fmt"
	"strings"
)

// resume lets the guest go. The reply is the next stop's.
func (c *session) resume(r Resume) ([]byte, error) {
	if err := c.srv.Target.Resume(r); err != nil {
		return nil, err
	}
	c.running = true
	return nil, errNoReply
}

func (c *session) oldContinue(p *parser) ([]byte, error) { return c.oldResume(p, Continue) }
func (c *session) oldStep(p *parser) ([]byte, error)     { return c.oldResume(p, Step) }

// oldResume does c, C, s and S. With an Hc thread only that one goes; a step is otherwise the present
// thread's, and the others continue. Which of the two letters it was shows in the signal: C and S must have one.
func (c *session) oldResume(p *parser, kind ActionKind) ([]byte, error) {
	a := Action{Thread: c.one(c.threadC), Kind: kind}
	if signal, addr, err := c.oldArgs(p); err != nil {
		return nil, err
	} else if a.Signal = signal; addr != nil {
		if err := c.setPC(a.Thread, *addr); err != nil {
			return nil, err
		}
	}
	r := Resume{Actions: []Action{a}}
	if c.threadC.TID <= 0 {
		r.Actions = append(r.Actions, Action{Kind: Continue})
	}
	return c.resume(r)
}

// oldArgs takes [SIGNAL;]ADDR: c and s have an address, C and S a signal of two digits first.
func (c *session) oldArgs(p *parser) (signal int, addr *uint64, err error) {
	if len(p.s) == 0 {
		return 0, nil, nil
	}
	rest := string(p.s)
	if len(rest) == 2 || strings.Contains(rest, ";") {
		signal = c.fromWire(p.size(1 << 16))
		if !p.try(';') {
			return signal, nil, p.end()
		}
	}
	v := p.hex()
	return signal, &v, p.end()
}

// setPC sets a thread's program counter.
func (c *session) setPC(t ThreadID, pc uint64) error {
	for _, r := range c.info.Regs {
		if r.Generic == "pc" {
			var b [8]byte
			for i := range b {
				b[i] = byte(pc >> (8 * i))
			}
			return c.srv.Target.WriteRegister(t, r.Num, b[:r.size()])
		}
	}
	return ErrUnsupported
}

func (c *session) vContWhat(*parser) ([]byte, error) { return []byte("vCont;c;C;s;S;t;r"), nil }

// vCont resumes with actions, each ACTION[:THREAD]. gdb manual E.2.
func (c *session) vCont(p *parser) ([]byte, error) {
	var r Resume
	goes := false
	for len(p.s) > 0 {
		a, err := c.action(p)
		if err != nil {
			return nil, err
		}
		r.Actions = append(r.Actions, a)
		if len(r.Actions) > 4096 {
			return nil, fmt.Errorf("too many actions")
		}
		if len(p.s) > 0 {
			p.lit(';')
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	for _, t := range c.srv.Target.Threads() {
		goes = goes || r.For(t.ID).Kind != Hold
	}
	if !goes {
		return nil, fmt.Errorf("no thread would go on")
	}
	return c.resume(r)
}

func (c *session) action(p *parser) (a Action, err error) {
	if len(p.s) == 0 {
		p.fail("an action")
		return a, p.err
	}
	letter := p.s[0]
	p.s = p.s[1:]
	switch letter {
	case 'c':
		a.Kind = Continue
	case 'C':
		a.Kind, a.Signal = Continue, c.fromWire(p.size(1<<16))
	case 's':
		a.Kind = Step
	case 'S':
		a.Kind, a.Signal = Step, c.fromWire(p.size(1<<16))
	case 't':
		a.Kind = Hold
	case 'r':
		a.Kind, a.Lo = StepRange, p.hex()
		p.lit(',')
		a.Hi = p.hex()
	default:
		p.fail("an action")
	}
	a.Thread = ThreadID{-1, -1}
	if p.try(':') {
		if a.Thread = p.thread(); a.Thread.TID == 0 {
			a.Thread = c.one(a.Thread)
		}
	}
	return a, p.err
}

func (c *session) vCtrlC(*parser) ([]byte, error) {
	if c.running {
		c.srv.Target.Interrupt()
	}
	return replyOK, nil
}

func (c *session) extended(*parser) ([]byte, error) {
	t, ok := c.srv.Target.(RestartTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	t.KeepAfterExit(true)
	c.kept = true
	return replyOK, nil
}

func (c *session) why(*parser) ([]byte, error) {
	if c.gone && !c.stop.Ended() {
		return []byte("W00"), nil
	}
	return c.appendStop(c.body[:0], c.stop), nil
}

func (c *session) detach(*parser) ([]byte, error) {
	c.letGo(c.srv.Target.Detach)
	return replyOK, nil
}

// letGo ends the session with this guest by how, and altogether unless the client may run it again.
func (c *session) letGo(how func()) {
	if !c.detached {
		how()
	}
	c.detached, c.gone, c.running, c.quit = true, true, false, !c.kept
}

func (c *session) kill(*parser) ([]byte, error) {
	c.endGuest()
	return nil, errNoReply
}

func (c *session) vKill(*parser) ([]byte, error) {
	c.endGuest()
	return replyOK, nil
}

// endGuest kills the guest; the client may run it again in extended mode.
func (c *session) endGuest() {
	if !c.gone {
		c.srv.Target.Kill()
	}
	c.gone, c.running, c.quit = true, false, !c.kept
	c.stop = Stop{Kind: StopKilled, Signal: 9, Thread: c.stop.Thread}
}

func (c *session) vAttach(p *parser) ([]byte, error) {
	pid := p.hex()
	if err := p.end(); err != nil {
		return nil, err
	}
	if int64(pid) != int64(c.stop.Thread.PID) || !c.detached {
		return nil, fmt.Errorf("no process %d to attach to", pid)
	}
	stop, err := c.srv.Target.Attach(c.ctx)
	if err != nil {
		return nil, err
	}
	c.detached = false
	c.stopped(stop)
	return c.appendStop(c.body[:0], stop), nil
}

// vRun begins a program: vRun;FILE[;ARGUMENT]... in hexadecimal.
func (c *session) vRun(p *parser) ([]byte, error) {
	file := p.hexString(';')
	var args []string
	for len(p.s) > 0 {
		args = append(args, p.hexString(';'))
	}
	if p.err != nil {
		return nil, p.err
	}
	return c.begin(file, args)
}

func (c *session) restart(*parser) ([]byte, error) {
	if _, err := c.begin("", nil); err != nil {
		return nil, err
	}
	return nil, errNoReply
}

func (c *session) begin(file string, args []string) ([]byte, error) {
	t, ok := c.srv.Target.(RestartTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	stop, err := t.Restart(file, args)
	if err != nil {
		return nil, err
	}
	c.detached = false
	c.stopped(stop)
	return c.appendStop(c.body[:0], stop), nil
}

func (c *session) attached(*parser) ([]byte, error) {
	if c.info.Created {
		return []byte("0"), nil
	}
	return []byte("1"), nil
}
