package gdbstub

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

func (c *session) choose(p *parser) ([]byte, error) {
	if len(p.s) == 0 {
		p.fail("a letter")
		return nil, p.err
	}
	letter := p.s[0]
	p.s = p.s[1:]
	id := p.thread()
	if err := p.end(); err != nil {
		return nil, err
	}
	if id.TID > 0 && !c.gone && !slices.ContainsFunc(c.srv.Target.Threads(), func(t Thread) bool { return id.matches(t.ID) }) {
		return nil, ErrThread
	}
	switch letter {
	case 'g':
		c.threadG = id
	case 'c':
		c.threadC = id
	default:
		return nil, ErrUnsupported
	}
	return replyOK, nil
}

func (c *session) alive(p *parser) ([]byte, error) {
	id := p.thread()
	if err := p.end(); err != nil {
		return nil, err
	}
	for _, t := range c.srv.Target.Threads() {
		if id.matches(t.ID) {
			return replyOK, nil
		}
	}
	return nil, ErrThread
}

func (c *session) current(*parser) ([]byte, error) {
	return c.appendThread(append(c.body[:0], "QC"...), c.one(c.threadG)), nil
}

func (c *session) threadsFirst(p *parser) ([]byte, error) {
	c.threadList = nil
	if !c.gone {
		c.threadList = c.srv.Target.Threads()
	}
	return c.threadsMore(p)
}

func (c *session) threadsMore(*parser) ([]byte, error) {
	if len(c.threadList) == 0 {
		return []byte("l"), nil
	}
	b := append(c.body[:0], 'm')
	n := min(len(c.threadList), 200)
	for i, t := range c.threadList[:n] {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendThread(b, t.ID)
	}
	c.threadList = c.threadList[n:]
	return b, nil
}

func (t *Thread) describe() string {
	return strings.TrimSpace(t.Name + " " + t.State)
}

func (c *session) threadInfo(p *parser) ([]byte, error) {
	id := p.thread()
	if err := p.end(); err != nil {
		return nil, err
	}
	for _, t := range c.srv.Target.Threads() {
		if id.matches(t.ID) {
			text := t.describe()
			if text == "" {
				text = "running"
			}
			return appendHex(c.body[:0], []byte(text)), nil
		}
	}
	return nil, ErrThread
}

// switched takes 0 or 1.
func switched(p *parser) (bool, error) {
	v := p.hex()
	return v != 0, p.end()
}

func (c *session) threadEvents(p *parser) ([]byte, error) {
	t, ok := c.srv.Target.(ThreadEventTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	on, err := switched(p)
	if err != nil {
		return nil, err
	}
	t.ThreadEvents(on)
	return replyOK, nil
}

func (c *session) tlsAddress(p *parser) ([]byte, error) {
	t, ok := c.srv.Target.(TLSTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	id := p.thread()
	p.lit(',')
	offset := p.hex()
	p.lit(',')
	lm := p.hex()
	if err := p.end(); err != nil {
		return nil, err
	}
	a, err := t.TLSAddress(c.one(id), offset, lm)
	if err != nil {
		return nil, err
	}
	return c.text("%x", a)
}

// supported tells what the stub can do, by what the target can.
func (c *session) supported(p *parser) ([]byte, error) {
	for f := range bytes.SplitSeq(p.s, []byte{';'}) {
		if name, ok := bytes.CutSuffix(f, []byte{'+'}); ok && len(c.feature) < 100 {
			c.feature[string(name)] = true
		}
		if bytes.HasPrefix(f, []byte("xmlRegisters=i386,arm")) {
			c.lldb = true
		}
	}
	b := fmt.Appendf(c.body[:0], "PacketSize=%x;QStartNoAckMode+;multiprocess+;swbreak+;hwbreak+;vContSupported+;"+
		"ConditionalBreakpoints+;error-message+;no-resumed+;QProgramSignals+;qXfer:features:read+;qXfer:threads:read+;"+
		"qXfer:memory-map:read+;qXfer:libraries-svr4:read+", PacketSize)
	t := c.srv.Target
	if o, ok := t.(ObjectTarget); ok {
		for _, name := range o.Objects() {
			b = fmt.Appendf(b, ";qXfer:%s:read+", name)
			if name == "siginfo" {
				b = append(b, ";qXfer:siginfo:write+"...)
			}
		}
	}
	for _, f := range []struct {
		name string
		have bool
	}{
		{"QCatchSyscalls", is[SyscallTarget](t)}, {"QPassSignals", is[SignalTarget](t)}, {"QThreadEvents", is[ThreadEventTarget](t)},
		{"binary-upload", !c.lldb},
	} {
		if f.have {
			b = fmt.Appendf(b, ";%s+", f.name)
		}
	}
	return b, nil
}

func is[T any](t Target) bool {
	_, ok := t.(T)
	return ok
}

func (c *session) startNoAck(*parser) ([]byte, error) {
	c.noAckNext = true
	return replyOK, nil
}

func (c *session) nonStop(p *parser) ([]byte, error) {
	on, err := switched(p)
	if err != nil {
		return nil, err
	}
	if on {
		return nil, fmt.Errorf("all-stop only")
	}
	return replyOK, nil
}

func (c *session) offsets(*parser) ([]byte, error) {
	t, ok := c.srv.Target.(BaseTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	base := t.LoadBase()
	return c.text("Text=%x;Data=%x;Bss=%x", base, base, base)
}

func (c *session) symbol(*parser) ([]byte, error)         { return replyOK, nil }
func (c *session) traceStatus(*parser) ([]byte, error)    { return nil, ErrUnsupported }
func (c *session) mustReplyEmpty(*parser) ([]byte, error) { return nil, ErrUnsupported }
func (c *session) programSignals(*parser) ([]byte, error) { return replyOK, nil }

func (c *session) rcmd(p *parser) ([]byte, error) {
	line, err := decodeHex(p.s)
	if err != nil {
		return nil, err
	}
	t, ok := c.srv.Target.(MonitorTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	text := t.Monitor(string(line))
	if text == "" {
		return replyOK, nil
	}
	// Long output goes in pieces, which the client prints as they come.
	const piece = PacketSize/2 - 16
	for len(text) > piece {
		if err := c.send(appendHex([]byte("O"), []byte(text[:piece]))); err != nil {
			return nil, err
		}
		text = text[piece:]
	}
	return appendHex(c.body[:0], []byte(text)), nil
}

// numbers takes hexadecimal numbers between semicolons.
func numbers(p *parser) ([]int, error) {
	var n []int
	for len(p.s) > 0 && len(n) < 4096 {
		n = append(n, p.size(1<<20))
		if len(p.s) > 0 {
			p.lit(';')
		}
	}
	return n, p.end()
}

func (c *session) catchSyscalls(p *parser) ([]byte, error) {
	t, ok := c.srv.Target.(SyscallTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	on := p.hex() != 0
	if len(p.s) > 0 {
		p.lit(';')
	}
	n, err := numbers(p)
	if err != nil {
		return nil, err
	}
	t.CatchSyscalls(on, n)
	return replyOK, nil
}

func (c *session) passSignals(p *parser) ([]byte, error) {
	t, ok := c.srv.Target.(SignalTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	n, err := numbers(p)
	if err != nil {
		return nil, err
	}
	for i := range n {
		n[i] = c.fromWire(n[i])
	}
	t.PassSignals(slices.DeleteFunc(n, func(s int) bool { return s == 0 }))
	return replyOK, nil
}

// xfer does qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH and write. gdb manual E.4.
func (c *session) xfer(p *parser) ([]byte, error) {
	object, op, annex := p.until(':'), p.until(':'), p.until(':')
	if op == "write" {
		return c.xferWrite(p, object)
	}
	if op != "read" {
		return nil, ErrUnsupported
	}
	offset, length := place(p, 1<<40)
	if err := p.end(); err != nil {
		return nil, err
	}
	data, err := c.object(object, annex)
	if err != nil {
		return nil, err
	}
	b := c.body[:0]
	if offset >= uint64(len(data)) {
		return append(b, 'l'), nil
	}
	data = data[offset:]
	n := min(length, (PacketSize-16)/2)
	if n >= len(data) {
		b, n = append(b, 'l'), len(data)
	} else {
		b = append(b, 'm')
	}
	return appendEscaped(b, data[:n]), nil
}

func (c *session) xferWrite(p *parser, object string) ([]byte, error) {
	t, ok := c.srv.Target.(ObjectTarget)
	if !ok || c.gone {
		return nil, ErrUnsupported
	}
	offset := p.size(1 << 20)
	p.lit(':')
	if p.err != nil {
		return nil, p.err
	}
	if err := t.WriteObject(c.one(c.threadG), object, offset, p.s); err != nil {
		return nil, err
	}
	return c.text("%x", len(p.s))
}

func (c *session) object(object, annex string) ([]byte, error) {
	switch object {
	case "features":
		if annex != "target.xml" {
			return nil, fmt.Errorf("no description %q", annex)
		}
		return []byte(targetXML(&c.info)), nil
	case "threads":
		return c.threadsXML(), nil
	case "memory-map":
		return []byte(`<?xml version="1.0"?><!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" ` +
			`"http://sourceware.org/gdb/gdb-memory-map.dtd"><memory-map><memory type="ram" start="0x0" length="0xffffffffffffffff"/></memory-map>`), nil
	case "libraries-svr4":
		return []byte(`<library-list-svr4 version="1.0"/>`), nil
	}
	t, ok := c.srv.Target.(ObjectTarget)
	if !ok || !slices.Contains(t.Objects(), object) {
		return nil, ErrUnsupported
	}
	if c.gone {
		return nil, errGone
	}
	return t.ReadObject(c.one(c.threadG), object)
}

// escapeXML makes text fit for an element or an attribute. XML 1.0 2.2, 2.4; what no document may hold becomes U+FFFD.
func escapeXML(text string) string {
	var s strings.Builder
	for _, r := range text {
		switch {
		case r == '<':
			s.WriteString("&lt;")
		case r == '>':
			s.WriteString("&gt;")
		case r == '&':
			s.WriteString("&amp;")
		case r == '"' || r == '\'' || r == '\t' || r == '\n' || r == '\r':
			fmt.Fprintf(&s, "&#%d;", r)
		case r < ' ' || r == 0xfffe || r == 0xffff:
			s.WriteRune('\ufffd')
		default:
			s.WriteRune(r)
		}
	}
	return s.String()
}

func (c *session) threadsXML() []byte {
	var s bytes.Buffer
	s.WriteString("<?xml version=\"1.0\"?>\n<threads>\n")
	if !c.gone {
		for _, t := range c.srv.Target.Threads() {
			fmt.Fprintf(&s, "<thread id=\"%s\"", c.appendThread(nil, t.ID))
			if t.Name != "" {
				s.WriteString(` name="`)
				s.WriteString(escapeXML(t.Name))
				s.WriteByte('"')
			}
			s.WriteByte('>')
			s.WriteString(escapeXML(t.State))
			s.WriteString("</thread>\n")
		}
	}
	s.WriteString("</threads>\n")
	return s.Bytes()
}
