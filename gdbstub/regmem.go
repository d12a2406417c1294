package gdbstub

import (
	"bytes"
	"fmt"
)

// suffixed takes lldb's ;thread:ID; off the end of a packet and returns the thread it is about.
func (c *session) suffixed(p *parser) ThreadID {
	if !c.suffix {
		return c.one(c.threadG)
	}
	i := bytes.Index(p.s, []byte(";thread:"))
	if i < 0 {
		return c.one(c.threadG)
	}
	q := parser{s: p.s[i+len(";thread:"):]}
	p.s = p.s[:i]
	id := q.thread()
	q.try(';')
	if q.end() != nil {
		p.fail("a thread id")
	}
	return c.one(id)
}

// maxReg is the size in bytes of the largest register.
const maxReg = 256

func (c *session) readAll(p *parser) ([]byte, error) {
	id := c.suffixed(p)
	if err := p.end(); err != nil {
		return nil, err
	}
	b := c.body[:0]
	var v [maxReg]byte
	for i := range c.info.Regs {
		r := &c.info.Regs[i]
		n, err := c.srv.Target.ReadRegister(id, r.Num, v[:])
		if err != nil {
			return nil, err
		}
		b = appendHex(b, v[:n])
	}
	return b, nil
}

// writeAll sets the registers that the packet has values for.
func (c *session) writeAll(p *parser) ([]byte, error) {
	id := c.suffixed(p)
	data, err := decodeHex(p.s)
	if err != nil || p.err != nil {
		return nil, errHex
	}
	for i := range c.info.Regs {
		r := &c.info.Regs[i]
		if len(data) < r.size() {
			break
		}
		if err := c.srv.Target.WriteRegister(id, r.Num, data[:r.size()]); err != nil {
			return nil, err
		}
		data = data[r.size():]
	}
	return replyOK, nil
}

func (c *session) reg(num int) *Reg {
	for i := range c.info.Regs {
		if c.info.Regs[i].Num == num {
			return &c.info.Regs[i]
		}
	}
	return nil
}

var errRegister = &codedError{0x16, "no such register"}

func (c *session) readOne(p *parser) ([]byte, error) {
	id := c.suffixed(p)
	num := p.size(1 << 20)
	if err := p.end(); err != nil {
		return nil, err
	}
	if c.reg(num) == nil {
		return nil, errRegister
	}
	var v [maxReg]byte
	n, err := c.srv.Target.ReadRegister(id, num, v[:])
	if err != nil {
		return nil, err
	}
	return appendHex(c.body[:0], v[:n]), nil
}

func (c *session) writeOne(p *parser) ([]byte, error) {
	id := c.suffixed(p)
	num := p.size(1 << 20)
	p.lit('=')
	if p.err != nil {
		return nil, p.err
	}
	r := c.reg(num)
	data, err := decodeHex(p.s)
	if r == nil || err != nil || len(data) != r.size() {
		return nil, errRegister
	}
	if err := c.srv.Target.WriteRegister(id, num, data); err != nil {
		return nil, err
	}
	return replyOK, nil
}

// place takes ADDR,LENGTH.
func place(p *parser, limit int) (uint64, int) {
	addr := p.hex()
	p.lit(',')
	return addr, p.size(limit)
}

// memory reads up to n bytes, as many as fit into a reply with factor characters for a byte.
func (c *session) memory(p *parser, factor int) ([]byte, error) {
	addr, n := place(p, 1<<40)
	if err := p.end(); err != nil {
		return nil, err
	}
	n = min(n, (PacketSize-16)/factor)
	b := make([]byte, n)
	got := c.srv.Target.ReadMemory(addr, b)
	if got == 0 && n > 0 {
		return nil, errMemory
	}
	return b[:got], nil
}

func (c *session) readMem(p *parser) ([]byte, error) {
	b, err := c.memory(p, 2)
	if err != nil {
		return nil, err
	}
	return appendHex(c.body[:0], b), nil
}

// readBinary does x. gdb's replies begin with b; lldb's have the data alone, and x0,0 asks whether there
// is such a packet.
func (c *session) readBinary(p *parser) ([]byte, error) {
	b, err := c.memory(p, 2)
	if err != nil {
		return nil, err
	}
	reply := c.body[:0]
	if !c.lldb {
		reply = append(reply, 'b')
	} else if len(b) == 0 {
		return replyOK, nil
	}
	return appendEscaped(reply, b), nil
}

func (c *session) writeMem(p *parser) ([]byte, error) {
	addr, n := place(p, PacketSize)
	p.lit(':')
	if p.err != nil {
		return nil, p.err
	}
	data, err := decodeHex(p.s)
	if err != nil {
		return nil, err
	}
	return c.poke(addr, n, data)
}

func (c *session) writeBinary(p *parser) ([]byte, error) {
	addr, n := place(p, PacketSize)
	p.lit(':')
	if p.err != nil {
		return nil, p.err
	}
	return c.poke(addr, n, p.s)
}

func (c *session) poke(addr uint64, n int, data []byte) ([]byte, error) {
	if len(data) != n {
		return nil, fmt.Errorf("%d bytes where %d were announced", len(data), n)
	}
	if c.srv.Target.WriteMemory(addr, data) != n {
		return nil, errMemory
	}
	return replyOK, nil
}

// breakpoint takes KIND,ADDR,SIZE.
func breakpoint(p *parser) (BreakKind, uint64, int, error) {
	kind := p.hex()
	p.lit(',')
	addr, size := place(p, 1<<30)
	if p.err != nil {
		return 0, 0, 0, p.err
	}
	if kind > uint64(WatchAccess) {
		return 0, 0, 0, ErrUnsupported
	}
	return BreakKind(kind), addr, size, nil
}

// insert does ZKIND,ADDR,SIZE[;XLEN,EXPR...][;cmds:PERSIST,...]; gdb executes commands itself.
func (c *session) insert(p *parser) ([]byte, error) {
	kind, addr, size, err := breakpoint(p)
	if err != nil {
		return nil, err
	}
	b := &Breakpoint{Kind: kind, Addr: addr, Size: size}
	for p.try(';') {
		for p.try('X') {
			n := p.size(exprBytes)
			p.lit(',')
			if p.err != nil || len(p.s) < 2*n {
				return nil, fmt.Errorf("a condition is cut short")
			}
			code, err := decodeHex(p.s[:2*n])
			if err != nil {
				return nil, err
			}
			p.s = p.s[2*n:]
			b.Conditions = append(b.Conditions, code)
		}
		if bytes.HasPrefix(p.s, []byte("cmds:")) {
			return nil, ErrUnsupported
		}
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	if err := c.srv.Target.Insert(b); err != nil {
		return nil, err
	}
	return replyOK, nil
}

func (c *session) remove(p *parser) ([]byte, error) {
	kind, addr, size, err := breakpoint(p)
	if err == nil {
		err = p.end()
	}
	if err == nil {
		err = c.srv.Target.Remove(kind, addr, size)
	}
	if err != nil {
		return nil, err
	}
	return replyOK, nil
}

// search does qSearch:memory:ADDR;LENGTH;PATTERN.
func (c *session) search(p *parser) ([]byte, error) {
	if p.until(':') != "memory" {
		return nil, ErrUnsupported
	}
	addr := p.hex()
	p.lit(';')
	length := p.hex()
	p.lit(';')
	pattern := p.s
	if p.err != nil || len(pattern) == 0 {
		return nil, fmt.Errorf("a pattern is needed")
	}
	buf := make([]byte, max(1<<16, 2*len(pattern)))
	const most = 1 << 32 // a client cannot keep the stub for hours
	for length = min(length, most); length >= uint64(len(pattern)); {
		n := int(min(uint64(len(buf)), length))
		got := c.srv.Target.ReadMemory(addr, buf[:n])
		if i := bytes.Index(buf[:got], pattern); i >= 0 {
			return c.text("1,%x", addr+uint64(i))
		}
		if got < n {
			break
		}
		step := uint64(n - len(pattern) + 1)
		addr += step
		length -= step
	}
	return []byte("0"), nil
}

// crc does qCRC:ADDR,LENGTH: CRC-32 with the polynomial 04c11db7, high bit first. gdb manual E.4.
func (c *session) crc(p *parser) ([]byte, error) {
	addr, n := place(p, 1<<30)
	if err := p.end(); err != nil {
		return nil, err
	}
	sum := ^uint32(0)
	var buf [1 << 14]byte
	for n > 0 {
		part := buf[:min(n, len(buf))]
		if c.srv.Target.ReadMemory(addr, part) != len(part) {
			return nil, errMemory
		}
		for _, b := range part {
			sum ^= uint32(b) << 24
			for range 8 {
				sum = sum<<1 ^ 0x04c11db7&-(sum>>31)
			}
		}
		addr, n = addr+uint64(len(part)), n-len(part)
	}
	return c.text("C%x", sum)
}
