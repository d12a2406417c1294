package a64diff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/gotcg/gotcg/internal/decodegen"
)

// Case is a sequence of instructions and the seed of its input block.
type Case struct {
	Seed  uint64
	Mem   bool // accesses scratch memory
	Tags  bool // by pointers that have tags
	Words []uint32
	input *Block
}

// Input returns the case's input block.
func (c *Case) Input() *Block {
	if c.input == nil {
		c.input = Input(c.Seed, c.Mem)
		if c.Tags {
			c.input.tag(c.Seed)
		}
	}
	return c.input
}

// Generator makes cases.
type Generator struct {
	rows []genRow
	rnd  *rand.Rand
	// Legal reports whether a word is a defined instruction, for field values a row's pattern does not exclude.
	Legal func(w uint32) bool
	// MaxPlain and MaxMem bound the instructions of most sequences that do not access memory, and that do;
	// MaxLong those of the others.
	MaxPlain, MaxMem, MaxLong int
	// Tags has half of the cases that access memory do it by pointers with tags.
	Tags bool
}

type genRow struct {
	decodegen.Row
	fields map[string]decodegen.Field
	ldst   bool
	atomic bool   // wants an aligned address
	free   uint32 // bits of fields
	should uint32 // ignored bits that should be one; what else they do is CONSTRAINED UNPREDICTABLE
}

// skipped are rows that random sequences do not contain, with the reason.
var skipped = map[string]string{
	"SVC": "leaves the sequence", "BRK": "leaves the sequence", "HLT": "undefined", "UDF": "undefined",
	"BR": "made by template", "BLR": "made by template", "RET": "made by template",
	"SYS":  "DC ZVA's block size is the CPU's",
	"SYSL": "nothing there at EL0", "MSRreg": "made by template", "MRS": "made by template",
}

// LoadRows reads the pattern files in dir (cpu/arm64).
func LoadRows(dir string) ([]decodegen.Row, error) {
	src, err := os.ReadFile(filepath.Join(dir, "a64.fields"))
	if err != nil {
		return nil, err
	}
	fields, err := decodegen.ParseFields(string(src))
	if err != nil {
		return nil, err
	}
	var rows []decodegen.Row
	for _, f := range []string{"a64_int.pat", "a64_fpsimd.pat"} {
		if src, err = os.ReadFile(filepath.Join(dir, f)); err != nil {
			return nil, err
		}
		r, err := decodegen.ParseRows(string(src), 32, fields)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		rows = append(rows, r...)
	}
	return rows, nil
}

// NewGenerator makes a generator over the translated rows whose names filter accepts; nil accepts all.
func NewGenerator(rows []decodegen.Row, seed uint64, filter func(*decodegen.Row) bool) *Generator {
	g := &Generator{rnd: rand.New(rand.NewPCG(seed, 1)), MaxPlain: 10, MaxMem: 6, MaxLong: 40}
	for _, r := range rows {
		if r.Todo || r.Refused || skipped[r.Name] != "" || filter != nil && !filter(&r) {
			continue
		}
		gr := genRow{Row: r, fields: map[string]decodegen.Field{}}
		for _, f := range r.Fields {
			gr.fields[f.Name] = f
			gr.free |= (1<<f.Width - 1) << f.Lsb
		}
		op0 := r.Value >> 25 & 15
		gr.ldst = r.Mask>>25&5 == 5 && op0&5 == 4 // Arm ARM C4.1: loads and stores
		for _, p := range []string{"STXR", "STLXR", "LDXR", "LDAXR", "STXP", "STLXP", "LDXP", "LDAXP", "STL", "LDAR",
			"LDLAR", "CAS", "LDADD", "LDCLR", "LDEOR", "LDSET", "LDSM", "LDUM", "SWP", "LDAP"} {
			gr.atomic = gr.atomic || gr.ldst && strings.HasPrefix(r.Name, p)
		}
		if gr.ldst || r.Name == "SMULH" || r.Name == "UMULH" {
			gr.should = ^(gr.Mask | gr.free)
		}
		g.rows = append(g.rows, gr)
	}
	return g
}

// Rows returns the number of rows the generator draws from.
func (g *Generator) Rows() int { return len(g.rows) }

// Case makes the next case.
func (g *Generator) Case() *Case {
	c := &Case{Seed: g.rnd.Uint64(), Mem: g.rnd.IntN(5) < 2}
	c.Tags = g.Tags && c.Mem && g.rnd.IntN(2) == 0
	n := 1 + g.rnd.IntN(g.MaxPlain)
	if c.Mem {
		n = 1 + g.rnd.IntN(g.MaxMem)
	}
	if g.rnd.IntN(8) == 0 { // a full block, for the register allocator
		n = 1 + g.rnd.IntN(g.MaxLong)
	}
	s := sequence{g: g, mem: c.Mem, want: n}
	for len(s.words) < n {
		s.add()
	}
	s.retarget()
	c.Words = s.words
	return c
}

// sequence is a case being made.
type sequence struct {
	g     *Generator
	mem   bool
	want  int // instructions
	words []uint32
	// inner are positions that no branch may go to.
	inner map[int]bool
	// excl is the load-exclusive whose reservation may be there, 0 for none.
	excl uint32
}

func (s *sequence) add() {
	rnd := s.g.rnd
	if s.want-len(s.words) >= 2 && rnd.IntN(12) == 0 && s.template() {
		return
	}
	for {
		r := &s.g.rows[rnd.IntN(len(s.g.rows))]
		if r.ldst && !s.mem {
			continue
		}
		if s.mem && !r.ldst && rnd.IntN(3) != 0 {
			continue
		}
		w := r.Value | rnd.Uint32()&r.free | r.should
		var ok bool
		if w, ok = s.fix(r, w); ok && (s.g.Legal == nil || s.g.Legal(w)) {
			s.words = append(s.words, w)
			return
		}
	}
}

func (r *genRow) get(w uint32, name string) (uint32, bool) {
	f, ok := r.fields[name]
	return w >> f.Lsb & (1<<f.Width - 1), ok
}

func (r *genRow) put(w uint32, name string, v uint32) uint32 {
	f, ok := r.fields[name]
	if !ok {
		return w
	}
	m := uint32(1)<<f.Width - 1
	return w&^(m<<f.Lsb) | v&m<<f.Lsb
}

// free is a register that a memory case may write; x31 is among them, as the zero register.
func (s *sequence) free() uint32 {
	for {
		if r := s.g.rnd.Uint32N(32); r < ptrFirst || r >= ptrEnd {
			return r
		}
	}
}

// spDest are the rows whose destination 31 is the stack pointer.
var spDest = map[string]bool{"ADDimm": true, "SUBimm": true, "ANDimm": true, "ORRimm": true, "EORimm": true,
	"ADDext": true, "SUBext": true}

// fix changes a random word of row r so that the case stays comparable; ok is false to drop it.
func (s *sequence) fix(r *genRow, w uint32) (_ uint32, ok bool) {
	rnd := s.g.rnd
	left := uint32(s.want - len(s.words)) // instructions from this one to the sequence's end
	for _, f := range []string{"imm26", "imm19", "imm14"} {
		if !r.ldst {
			w = r.put(w, f, 1+rnd.Uint32N(left)) // branches go forward, to the end at most
		}
	}
	if r.Name == "ADR" || r.Name == "ADRP" {
		return w, !s.mem || s.isFree(w&31)
	}
	if !s.mem {
		return w, true
	}
	for _, f := range []string{"rd", "rt", "rt2", "rs"} {
		w = r.put(w, f, s.free())
	}
	if spDest[r.Name] && w&31 == 31 {
		return w, false
	}
	if !r.ldst {
		return w, true
	}
	return s.fixMem(r, w)
}

func (s *sequence) isFree(reg uint32) bool { return reg < ptrFirst || reg >= ptrEnd }

func (s *sequence) fixMem(r *genRow, w uint32) (_ uint32, ok bool) {
	rnd := s.g.rnd
	base := []uint32{16, 17, 18, 19, 31}[rnd.IntN(5)]
	if r.atomic {
		base = ptrAligned + rnd.Uint32N(2)
		w = r.put(w, "imm9", rnd.Uint32N(32)<<4)
	}
	writesBack := strings.Contains(strings.ToLower(r.Name), "post") || strings.Contains(strings.ToLower(r.Name), "pre")
	if writesBack && (base == 18 || base == 19) {
		base = 31
	}
	w = r.put(w, "rn", base)
	w = r.put(w, "imm12", rnd.Uint32N(128))
	if s.want > s.g.MaxMem && !r.atomic { // pointers stay in scratch memory
		w = r.put(w, "imm7", rnd.Uint32N(8)-4)
		w = r.put(w, "imm9", rnd.Uint32N(64)-32)
	}
	if r.fields["imm19"].Width != 0 { // literals lie inside the sequence
		size := uint32(4) // words that a Q literal takes
		if uint32(s.want) < size {
			return w, false
		}
		w = r.put(w, "imm19", rnd.Uint32N(uint32(s.want)-size+1)-uint32(len(s.words)))
	}
	if opt, has := r.get(w, "option"); has {
		w = r.put(w, "rm", idxU)
		switch {
		case opt == 6 && rnd.IntN(2) == 0:
			w = r.put(w, "rm", idxW)
		case opt&3 == 3 && rnd.IntN(2) == 0:
			w = r.put(w, "rm", idxX)
		}
	} else if _, has := r.get(w, "rm"); has { // SIMD structure post-index
		w = r.put(w, "rm", [...]uint32{31, idxU, idxX}[rnd.IntN(3)])
	}
	return s.pairs(r, w)
}

// pairs drops CONSTRAINED UNPREDICTABLE register choices and keeps the monitor's state comparable.
func (s *sequence) pairs(r *genRow, w uint32) (_ uint32, ok bool) {
	rt, rt2, rs := w&31, w>>10&31, w>>16&31
	_, hasRt2 := r.get(w, "rt2")
	if hasRt2 && rt == rt2 && !strings.HasPrefix(r.Name, "ST") {
		return w, false
	}
	switch {
	case strings.HasPrefix(r.Name, "CASP"):
		return w, s.isFree(rs+1) && s.isFree(rt+1)
	case strings.HasPrefix(r.Name, "LDXR"), strings.HasPrefix(r.Name, "LDAXR"), strings.HasPrefix(r.Name, "LDXP"), strings.HasPrefix(r.Name, "LDAXP"):
		s.excl = w
	case strings.HasPrefix(r.Name, "STXR"), strings.HasPrefix(r.Name, "STLXR"), strings.HasPrefix(r.Name, "STXP"), strings.HasPrefix(r.Name, "STLXP"):
		if s.excl != 0 { // same size, pairness and base as the reservation
			const keep = 3<<30 | 1<<21 | 31<<5
			w = w&^keep | s.excl&keep
		}
		pair := w>>21&1 != 0
		return w, rs != rt && (!pair || rs != rt2)
	}
	return w, true
}

// template adds instructions that random field values would not give.
func (s *sequence) template() bool {
	rnd := s.g.rnd
	rt := rnd.Uint32N(31)
	if s.mem {
		if rt = s.free(); rt == 31 {
			rt = 0
		}
	}
	switch rnd.IntN(7) {
	case 0: // ADR rt, after; BR, BLR or RET rt
		if s.mem && rt == 31 {
			return false
		}
		op := []uint32{0xd61f0000, 0xd63f0000, 0xd65f0000}[rnd.IntN(3)]
		s.couple(0x10000040|rt, op|rt<<5)
	case 1:
		s.words = append(s.words, insnMrs|insnMsrNZCV|rt)
	case 2:
		s.words = append(s.words, insnMsrNZCV|rt)
	case 3:
		s.words = append(s.words, insnMrs|[...]uint32{insnMsrFPCR, insnMsrFPSR}[rnd.IntN(2)]|rt)
	case 4:
		s.words = append(s.words, insnMsrFPSR|31)
	case 5: // MOVZ rt, bits; MSR FPSR, rt
		s.couple(0xd2800000|rnd.Uint32()&0x9f<<5|rt, insnMsrFPSR|rt)
	case 6: // MOVZ rt, AHP DN FZ RMode; MSR FPCR, rt
		s.couple(0xd2a00000|rnd.Uint32N(32)<<(22-16+5)|rt, insnMsrFPCR|rt)
	}
	return true
}

// couple adds two instructions of which the second must follow the first.
func (s *sequence) couple(first, second uint32) {
	if s.inner == nil {
		s.inner = map[int]bool{}
	}
	s.inner[len(s.words)+1] = true
	s.words = append(s.words, first, second)
}

// retarget makes branches to inner positions go one instruction further. Such a branch has an immediate field
// whose lowest bits count words, at bit 0 (B, BL) or bit 5.
func (s *sequence) retarget() {
	for i, w := range s.words {
		lsb, n := 0, 26
		switch {
		case w>>26&31 == 5: // B, BL
		case w>>24 == 0x54, w>>25&63 == 0x1a: // B.cond, CBZ, CBNZ
			lsb, n = 5, 19
		case w>>25&63 == 0x1b: // TBZ, TBNZ
			lsb, n = 5, 14
		default:
			continue
		}
		if s.inner[i+int(w>>lsb&(1<<n-1))] {
			s.words[i] += 1 << lsb
		}
	}
}
