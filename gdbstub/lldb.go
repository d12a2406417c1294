package gdbstub

import "fmt"

// isLLDB notes that the client is lldb: it has said something that only lldb says.
func (c *session) isLLDB() { c.lldb = true }

func (c *session) hostInfo(*parser) ([]byte, error) {
	when := "after"
	if c.info.WatchBefore {
		when = "before" // lldb steps over the instruction then, to show what it did
	}
	return c.text("triple:%x;ptrsize:%d;endian:little;ostype:linux;hostname:%x;watchpoint_exceptions_received:%s;",
		c.info.Triple, c.info.PointerSize, "gotcg", when)
}

// watchpointInfo tells how many watchpoints there can be. Without it lldb takes all to stop behind the instruction.
func (c *session) watchpointInfo(*parser) ([]byte, error) {
	return c.text("num:%d;", c.info.Watchpoints)
}

func (c *session) processInfo(*parser) ([]byte, error) {
	return c.text("pid:%x;triple:%x;ptrsize:%d;endian:little;ostype:linux;", c.stop.Thread.PID, c.info.Triple, c.info.PointerSize)
}

func (c *session) threadSuffix(*parser) ([]byte, error) {
	c.isLLDB()
	c.suffix = true
	return replyOK, nil
}

func (c *session) threadsInStop(*parser) ([]byte, error) {
	c.isLLDB()
	c.listThreads = true
	return replyOK, nil
}

func (c *session) enableErrorStrings(*parser) ([]byte, error) {
	c.isLLDB()
	c.errorStrings = true
	return replyOK, nil
}

func (c *session) regionInfo(p *parser) ([]byte, error) {
	t, ok := c.srv.Target.(RegionTarget)
	if !ok || c.gone {
		return nil, ErrUnsupported
	}
	if len(p.s) == 0 {
		return replyOK, nil // the packet exists
	}
	addr := p.hex()
	if err := p.end(); err != nil {
		return nil, err
	}
	r := t.Region(addr)
	b := fmt.Appendf(c.body[:0], "start:%x;size:%x;", r.Lo, r.Hi-r.Lo+1)
	if !r.Mapped {
		return b, nil
	}
	b = append(b, "permissions:"...)
	for _, f := range []struct {
		on     bool
		letter byte
	}{{r.Read, 'r'}, {r.Write, 'w'}, {r.Exec, 'x'}} {
		if f.on {
			b = append(b, f.letter)
		}
	}
	b = append(b, ';')
	if r.Name != "" {
		b = fmt.Appendf(b, "name:%x;", r.Name)
	}
	return b, nil
}

// registerInfo describes the register with index n, in the order of g.
func (c *session) registerInfo(p *parser) ([]byte, error) {
	n := p.size(1 << 20)
	if err := p.end(); err != nil {
		return nil, err
	}
	if n >= len(c.info.Regs) {
		return nil, &codedError{0x45, "no more registers"}
	}
	offset := 0
	for _, r := range c.info.Regs[:n] {
		offset += r.size()
	}
	r := &c.info.Regs[n]
	encoding, format, set := "uint", "hex", "General Purpose Registers"
	if r.Bits > 64 {
		encoding, format, set = "vector", "vector-uint8", "Floating Point Registers"
	}
	b := fmt.Appendf(c.body[:0], "name:%s;bitsize:%d;offset:%d;encoding:%s;format:%s;set:%s;", r.Name, r.size()*8, offset, encoding, format, set)
	if r.Generic != "" {
		b = fmt.Appendf(b, "generic:%s;", r.Generic)
	}
	return b, nil
}

func (c *session) threadStopInfo(p *parser) ([]byte, error) {
	id := c.one(p.thread())
	if err := p.end(); err != nil {
		return nil, err
	}
	if id == c.stop.Thread {
		return c.appendStop(c.body[:0], c.stop), nil
	}
	return c.appendStop(c.body[:0], Stop{Kind: StopSignal, Thread: id}), nil
}
