package difftest

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/internal/hostexec"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Config says what to run.
type Config struct {
	Seed  uint64
	Insns int // stop after that many compared instructions
	Accel tcg.Accel
	Mode  softmmu.Mode
	// Tier2 is tcg.Config's.
	Tier2 int
	// MaxLen is the greatest length of a sequence in instructions; 0: 5.
	MaxLen int
	// Keep selects encodings; nil: all.
	Keep func(*x86.Encoding) bool
	// MaxMismatch is how many differences end the run; 0: 1.
	MaxMismatch int
	// Hook has observers called before each instruction and around each access, which do floating-point arithmetic of their
	// own: repeated string instructions become loops then.
	Hook bool
	// Verify checks every block.
	Verify bool
	// Only, if not 0, runs nothing but the case of that number (from 1), after generating the others.
	Only int
	// Trace, if not nil, gets each sequence's number and, on demand, text, before the host runs it: for when
	// the host faults.
	Trace func(n int, text func() string)
}

// Result is what a run found.
type Result struct {
	Cases, Insns int
	Encodings    int            // that could occur
	Seen         int            // that have been compared at least once
	Missing      []string       // the others
	Excluded     map[string]int // encodings not run on the host, by reason
	Stopped      map[string]int // sequences cut short, by exception
	Mismatches   []string
}

// machine is the engine under test and the host beside it.
type machine struct {
	as   *softmmu.AddressSpace
	e    *tcg.Engine
	v    *tcg.VCPU
	host *hostexec.Runner
	buf  [dataSize]byte
	cfg  Config
	// cases counts the sequences.
	cases int
}

func newMachine(c Config) (*machine, error) {
	as, err := softmmu.New(softmmu.Config{Mode: c.Mode})
	if err != nil {
		return nil, err
	}
	m := &machine{as: as, cfg: c}
	if err := as.Map(codeBase, codeSize, softmmu.R|softmmu.X, softmmu.Info{}); err != nil {
		return nil, err
	}
	if err := as.Map(dataBase, dataSize, softmmu.RW, softmmu.Info{}); err != nil {
		return nil, err
	}
	tc := tcg.Config{Arch: x86.Arch, Mem: as, Accel: c.Accel, Verify: c.Verify, CodeSize: 8 << 20, Tier2: c.Tier2}
	if c.Hook {
		tc.Instr = Watcher{}
	}
	if m.e, err = tcg.New(tc); err != nil {
		return nil, err
	}
	m.v = m.e.NewVCPU()
	host, err := hostexec.New(codeBase, codeSize, dataBase, dataSize)
	if err != nil {
		return nil, err
	}
	m.host = host
	return m, nil
}

func (m *machine) close() {
	if m.host != nil {
		m.host.Close()
	}
	if m.e != nil {
		_ = m.e.Close()
	}
	_ = m.as.Close()
}

// Run compares random sequences until enough instructions have been or too many differ.
func Run(c Config) (*Result, error) {
	m, err := newMachine(c)
	if err != nil {
		return nil, err
	}
	defer m.close()
	keep := c.Keep
	if keep == nil {
		keep = func(*x86.Encoding) bool { return true }
	}
	g := newGen(c.Seed, cmp.Or(c.MaxLen, 5), keep)
	res := &Result{Encodings: len(g.encs), Stopped: map[string]int{}, Excluded: map[string]int{}}
	for _, e := range x86.Encodings() {
		if why := excluded[e.Op]; why != "" {
			res.Excluded[why]++
		}
	}
	seen := make([]bool, len(g.encs))
	for res.Insns < c.Insns && len(res.Mismatches) < max(1, c.MaxMismatch) {
		addr := uint64(codeBase)
		var batch []*testCase
		for addr < codeBase+codeSize-uint64(m.cfg.MaxLen*15+200) {
			t := g.newCase(addr)
			batch = append(batch, t)
			addr += uint64(len(t.code)) + 16
		}
		m.load(batch, g)
		for _, t := range batch {
			res.Cases++
			m.cases = res.Cases
			if c.Only != 0 && res.Cases != c.Only {
				continue
			}
			n, bad, why := m.compare(t)
			if bad != "" {
				res.Mismatches = append(res.Mismatches, fmt.Sprintf("seed %d case %d\n%s", c.Seed, res.Cases, bad))
				if len(res.Mismatches) >= max(1, c.MaxMismatch) {
					break
				}
			}
			if why != "" {
				res.Stopped[why]++
			}
			for _, ins := range t.insns[:n] {
				seen[ins.enc] = true
			}
			res.Insns += n
		}
		if c.Only != 0 && res.Cases > c.Only {
			break
		}
	}
	for i, s := range seen {
		if s {
			res.Seen++
			continue
		}
		e := g.encs[i]
		res.Missing = append(res.Missing, fmt.Sprintf("%s (pfx %02x % x %02x reg %d mod %d)", e.Op, e.Prefix, e.Map, e.Opcode, e.Reg, e.Mod))
	}
	return res, nil
}

// load puts the sequences of a batch, each ended by INT3, into the guest, and new data into both.
func (m *machine) load(batch []*testCase, g *gen) {
	code := bytes.Repeat([]byte{0xcc}, codeSize)
	for _, t := range batch {
		copy(code[t.addr-codeBase:], t.code)
	}
	m.as.Poke(codeBase, code)
	d := m.host.Data()
	for i := 0; i < len(d); i += 8 {
		v := g.lane()
		for k := range 8 {
			d[i+k] = byte(v >> (8 * k))
		}
	}
	m.as.Write(dataBase, d)
}

// partial are instructions that may have stored something before they fault: after that there is nothing
// to compare.
var partial = map[x86.Op]bool{x86.ENTER: true, x86.FXSAVE: true, x86.MASKMOVQ: true, x86.MASKMOVDQU: true, x86.CMPXCHG8B: false}

// compare runs t in the guest and then, as far as the guest got, on the host. It returns how many
// instructions were compared, what differs, and the exception that cut the sequence short.
func (m *machine) compare(t *testCase) (n int, bad, why string) {
	s := x86.StateAt(m.v.State())
	*s = t.init
	s.RIP = t.addr
	stop := m.v.Run()
	end := t.addr + uint64(len(t.code))
	n = len(t.insns)
	exit := len(t.code)
	if stop.Kind != tcg.StopException || stop.Exc.Kind != ir.ExcBreak || s.RIP != end+1 {
		why = fmt.Sprintf("%v %v", stop.Kind, stop.Exc.Kind)
		n = 0
		for n < len(t.insns) && t.addr+uint64(t.insns[n].off) != s.RIP {
			n++
		}
		if n == len(t.insns) {
			return 0, m.report(t, n, fmt.Sprintf("stopped at %#x: %+v", s.RIP, stop)), why
		}
		in := &t.insns[n].inst
		why += " " + in.Op.String()
		if in.Rep != 0 || partial[in.Op] {
			m.as.Write(dataBase, m.host.Data()) // nothing to compare with: the data as it was
			return 0, "", why
		}
		exit = t.insns[n].off
	}
	if m.cfg.Trace != nil {
		m.cfg.Trace(m.cases, func() string { return m.report(t, n, "") })
	}
	m.runHost(t, exit)
	if diff := m.diff(t, n, s); diff != "" {
		bad = m.report(t, n, diff)
	}
	m.as.Write(dataBase, m.host.Data())
	return n, bad, why
}

// runHost runs t up to the instruction at offset exit.
func (m *machine) runHost(t *testCase, exit int) {
	r := m.host.Regs()
	r.GPR = t.init.Reg
	r.Flags = t.init.EFLAGS()
	t.init.PutFXSave(r.FX[:], uint32(t.init.MXCSR), true)
	m.host.Load(t.addr, t.code, exit)
	m.host.Run(t.addr)
}

// diff compares the guest's state with the host's image and both memories.
func (m *machine) diff(t *testCase, n int, s *x86.State) string {
	var b strings.Builder
	r := m.host.Regs()
	field := func(name string, guest, host uint64) {
		if guest != host {
			fmt.Fprintf(&b, "* %-6s gotcg %#018x  host %#018x\n", name, guest, host)
		}
	}
	for i := range r.GPR {
		field(regName(i), s.Reg[i], r.GPR[i])
	}
	undef := uint64(0)
	if n > 0 {
		undef = t.undef[n-1]
	}
	mask := uint64(x86.ArithMask|x86.EFlagDF) &^ undef
	field("eflags", s.EFLAGS()&mask, r.Flags&mask)
	var host x86.State
	mxcsr := host.TakeFXSave(r.FX[:], true)
	field("mxcsr", s.MXCSR&0xffff, uint64(mxcsr))
	for i := range s.XMM {
		field(fmt.Sprintf("xmm%dl", i), s.XMM[i][0], host.XMM[i][0])
		field(fmt.Sprintf("xmm%dh", i), s.XMM[i][1], host.XMM[i][1])
	}
	field("fcw", s.FCW, host.FCW)
	field("fsw", s.StatusWord(), host.StatusWord())
	field("ftag", s.FTag, host.FTag)
	for i := range s.FPR {
		field(fmt.Sprintf("fpr%dm", i), s.FPR[i].Mant, host.FPR[i].Mant)
		field(fmt.Sprintf("fpr%de", i), s.FPR[i].SE, host.FPR[i].SE)
	}
	m.as.Read(dataBase, m.buf[:])
	if d := m.host.Data(); !bytes.Equal(d, m.buf[:]) {
		for i := range d {
			if d[i] != m.buf[i] {
				fmt.Fprintf(&b, "* [%#x] gotcg %#02x  host %#02x\n", dataBase+i, m.buf[i], d[i])
			}
		}
	}
	return b.String()
}

func regName(i int) string {
	return [16]string{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}[i]
}

// report describes a difference: the instructions, the registers they began with, and diff.
func (m *machine) report(t *testCase, n int, diff string) string {
	var b strings.Builder
	for i, ins := range t.insns {
		mark := " "
		if i >= n {
			mark = "x"
		}
		fmt.Fprintf(&b, "%s %#x  %-32x %s\n", mark, t.addr+uint64(ins.off), t.code[ins.off:ins.off+int(ins.inst.Len)], ins.inst.String())
	}
	for i, v := range t.init.Reg {
		fmt.Fprintf(&b, "  %-3s %#018x", regName(i), v)
		if i%4 == 3 {
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "  eflags %#x mxcsr %#x fcw %#x fsw %#x ftag %#x\n", t.init.EFLAGS(), t.init.MXCSR, t.init.FCW, t.init.StatusWord(), t.init.FTag)
	if strings.Contains(diff, "xmm") || strings.Contains(diff, "mxcsr") {
		for i, x := range t.init.XMM {
			fmt.Fprintf(&b, "  xmm%-2d %016x_%016x", i, x[1], x[0])
			if i%2 == 1 {
				b.WriteByte('\n')
			}
		}
	}
	if strings.Contains(diff, "fpr") || strings.Contains(diff, "fsw") {
		for i, x := range t.init.FPR {
			fmt.Fprintf(&b, "  fpr%d %04x_%016x\n", i, x.SE, x.Mant)
		}
	}
	return b.String() + diff
}
